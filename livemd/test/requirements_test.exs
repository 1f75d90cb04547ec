defmodule Livemd.RequirementsTest do
  use ExUnit.Case, async: true

  alias Livemd.{Notebook, Parser, Report, Requirements, Runner}

  defmodule Present do
    @behaviour Livemd.Toolchain
    @impl true
    def missing, do: nil
    @impl true
    def prepare(_code) do
      send(self(), :prepared)
      :ok
    end
  end

  defmodule Absent do
    @behaviour Livemd.Toolchain
    @impl true
    def missing, do: "a compiler is missing: get it at https://example.org"
    @impl true
    def prepare(_code), do: raise("not to be prepared")
  end

  defp notebook(toolchain) do
    text = """
    # T

    ## S

    ```elixir
    defmodule RequirementsTestNeedy do
      #{inspect(toolchain)}.missing()
      def double(n), do: 2 * n
    end
    ```

    ```elixir
    x = 1
    ```

    ```elixir
    RequirementsTestNeedy.double(x)
    ```

    ```elixir
    x
    ```
    """

    {:ok, notebook} = Parser.parse(text, "n.livemd")
    notebook
  end

  test "a cell is skipped without its toolchain, and so is one that names what it would define" do
    notebook = notebook(Absent)
    report = Runner.run(notebook, toolchains: [Absent])
    reason = Absent.missing()

    assert [{:skipped, ^reason}, :ok, {:skipped, ^reason}, :ok] =
             Enum.map(report.cells, & &1.status)

    assert Report.ok?(report)

    assert for({cell, _reason} <- report.skipped, do: cell) ==
             Requirements.dependent(Notebook.cells(notebook), [Absent])
  end

  test "a toolchain that is there is prepared before each cell that names it" do
    me = self()
    on_cell = fn result -> send(me, {:cell, result.cell.line}) end
    report = Runner.run(notebook(Present), toolchains: [Present, Absent], on_cell: on_cell)
    assert Enum.map(report.cells, & &1.status) == [:ok, :ok, :ok, :ok]

    {:messages, messages} = Process.info(self(), :messages)
    first = Enum.at(report.cells, 0).cell
    assert first.code =~ inspect(Present)
    assert [:prepared, {:cell, line}, {:cell, _} | _] = messages
    assert line == first.line
  end

  test "a toolchain that is not installed is missing" do
    report = Runner.run(notebook(NoSuch.Toolchain), toolchains: [NoSuch.Toolchain])

    assert [{:skipped, "NoSuch.Toolchain is not installed"}, :ok | _] =
             Enum.map(report.cells, & &1.status)
  end

  test "a module that is not passed as a toolchain is none" do
    assert Requirements.missing("#{inspect(Absent)}.build()", []) == nil
    assert Requirements.dependent(Notebook.cells(notebook(Absent)), []) == []
  end

  test "a part of a package's name does not name it" do
    for code <- ["Kinox.a()", "My.Kino", "(", "# Kino"],
        do: assert(Requirements.named(code) == [])

    assert Requirements.named("alias Kino.Tree") == [Kino]
  end
end
