defmodule Roundtrip.Rust.SkippedTest do
  @moduledoc "Cells with Rust in them on a machine without Rust, as Livebook evaluates them."
  use ExUnit.Case, async: false

  import ExUnit.CaptureIO
  import Roundtrip.RustCase, only: [cell: 3, put_env: 1]
  alias Livemd.{Notebook, Parser, Requirements}
  alias Roundtrip.Rust.Skipped

  @moduletag :tmp_dir
  @rust "#[rustler::nif]\nfn double(n: i64) -> i64 { 2 * n }\n"
  @skipped "Skipped: needs Rust"

  setup %{tmp_dir: folder} do
    put_env(%{"PATH" => folder})
    options = Code.compiler_options(ignore_module_conflict: true)
    on_exit(fn -> Code.compiler_options(options) end)
  end

  test "the cell says once what is missing, how to get it, and that the rest needs none of it" do
    output = capture_io(fn -> define(Cells.Calm, double: 1, half: 1) end)

    assert output == """
           Skipped: Cells.Calm needs #{Roundtrip.Rust.Toolchain.required()},
           and cargo is not on the PATH: install it from https://rustup.rs.
           Only cells with Rust in them need it: the rest of this page works without.
           """

    assert capture_io(fn -> rescued(Cells.Calm, :double, [1]) end) == ""

    # For readers who wonder what they would see.
    index = File.read!("notebooks/index.livemd")
    assert index =~ "```text\n#{String.replace(output, "Cells.Calm", "Doubler")}```"
  end

  test "the module is there, and each call raises one line, of a stub or of a function without one" do
    capture_io(fn -> define(Cells.Defined, double: 1, none: 0) end)
    assert function_exported?(Cells.Defined, :double, 1)
    assert function_exported?(Cells.Defined, :none, 0)

    for {name, arguments} <- [double: [1], none: [], missing: [1, 2]] do
      assert Exception.message(rescued(Cells.Defined, name, arguments)) == @skipped
    end
  end

  test "functions in Elixir stay, and raise when they call a stub" do
    code =
      Cells.Mixed
      |> cell(@rust, double: 1)
      |> String.replace_suffix("end\n", """
        def twice(n), do: helper(double(n))
        def version, do: 1
        defp helper(n), do: double(n)
      end
      """)

    assert capture_io(:stderr, fn -> capture_io(fn -> Code.eval_string(code) end) end) == ""
    assert %Skipped{} = rescued(Cells.Mixed, :twice, [1])
    assert call(Cells.Mixed, :version, []) == 1
  end

  test "a module that was compiled before is replaced" do
    Code.eval_string("defmodule Cells.Before do\n  def double(_), do: 2\nend")
    capture_io(fn -> define(Cells.Before, double: 1) end)
    assert %Skipped{} = rescued(Cells.Before, :double, [1])
  end

  test "a check fails with the same line" do
    capture_io(fn -> define(Cells.Checked, double: 1) end)

    check = """
    import ExUnit.Assertions
    assert function_exported?(Cells.Checked, :double, 1), "the Rust doesn't compile yet"
    assert Cells.Checked.double(21) == 42
    """

    assert_raise Skipped, @skipped, fn -> Code.eval_string(check) end

    # A check that expects an error of the Rust doesn't take this one for it.
    error =
      assert_raise ExUnit.AssertionError, fn ->
        assert_raise ErlangError, fn -> call(Cells.Checked, :double, [1]) end
      end

    assert error.message =~ "but got Roundtrip.Rust.Skipped (#{@skipped})"
  end

  test "a cell that asserts a compile error fails with the same line, and defines nothing" do
    error =
      assert_raise ExUnit.AssertionError, fn ->
        Code.eval_string("""
        import ExUnit.Assertions

        error =
          assert_raise Roundtrip.Rust.Error, fn ->
            #{cell(Cells.Refused, "nonsense", double: 1)}
          end

        assert error.message =~ "E0425"
        """)
      end

    assert error.message == @skipped
    refute Code.ensure_loaded?(Cells.Refused)
  end

  test "what is no source is an ArgumentError here too" do
    assert_raise ArgumentError, ~r/takes the source/, fn ->
      Code.eval_string("defmodule Cells.NoSource do\n  use Roundtrip.Rust, source: 1\nend")
    end
  end

  # The engine of the terminal skips these cells, and Livebook doesn't.
  test "on a page of the course, each cell that needs Rust fails with that line, and no check passes" do
    {:ok, page} = Parser.parse(File.read!("notebooks/index.livemd"), "index.livemd")
    cells = Notebook.cells(page)
    needing = Requirements.dependent(cells, [Roundtrip.Rust])
    assert match?({:check, _}, List.last(needing).kind)
    # The lesson's own test defines these modules too.
    defined =
      for cell <- needing, [_, name] <- Regex.scan(~r/defmodule (\w+) do/, cell.code), do: name

    on_exit(fn -> for name <- defined, do: delete(Module.concat([name])) end)

    {failures, _output} = with_io(fn -> failures(cells) end)

    for cell <- needing, cell.code =~ "assert" do
      assert {^cell, message} = List.keyfind(failures, cell, 0)
      assert String.trim(message) == @skipped
    end
  end

  defp failures(cells) do
    {failures, _} =
      Enum.flat_map_reduce(cells, {[], Code.env_for_eval([])}, fn cell, {binding, env} ->
        quoted = Code.string_to_quoted!(cell.code)

        try do
          {_, binding, env} = Code.eval_quoted_with_env(quoted, binding, env)
          {[], {binding, env}}
        rescue
          error -> {[{cell, Exception.message(error)}], {binding, env}}
        end
      end)

    failures
  end

  defp define(module, stubs), do: Code.eval_string(cell(module, @rust, stubs))
  defp call(module, name, arguments), do: apply(module, name, arguments)

  defp delete(module) do
    :code.delete(module)
    :code.purge(module)
  end

  defp rescued(module, name, arguments) do
    call(module, name, arguments)
  rescue
    error -> error
  end
end
