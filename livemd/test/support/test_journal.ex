defmodule Livemd.TestJournal do
  @moduledoc """
  Records the tests of `mix test` in the `Livemd.Journal`.

  ExUnit does not wait for its formatters, and a test may halt the VM at once. To write the test's line
  before that, this process has a high priority, an open file, and all code loaded in advance.
  """

  use GenServer

  alias Livemd.Journal

  @doc """
  Adds the formatter if a journal is requested. Call it in `test_helper.exs` after `ExUnit.start/1`.

  The run is complete if all tests passed and not all of them were excluded.
  """
  @spec start() :: :ok
  def start do
    if Journal.open() do
      ExUnit.configure(formatters: ExUnit.configuration()[:formatters] ++ [__MODULE__])
      Journal.write("planned", files())
      ExUnit.after_suite(&Journal.finish(complete?(&1)))
    end

    :ok
  end

  # During `System.stop/1` ExUnit's processes end one by one, and a running test is counted neither as a
  # failure nor as a success.
  defp complete?(%{failures: failures, total: total, excluded: excluded}) do
    running = Enum.filter(Journal.running(Journal.path()), &(&1 =~ ~r/_test\.exs(:|$)/))
    {status, _} = :init.get_status()
    failures == 0 and total > excluded and running == [] and status != :stopping
  end

  # Returns the files that `mix test` was called with, or all.
  defp files do
    named =
      for argument <- Enum.drop(System.argv(), 1), do: String.replace(argument, ~r/(:\d+)+$/, "")

    paths = Enum.filter(named, &File.exists?/1)

    files =
      for path <- if(paths == [], do: ["test"], else: paths),
          file <- if(File.dir?(path), do: Path.wildcard(path <> "/**/*_test.exs"), else: [path]),
          do: Path.relative_to_cwd(file)

    own_part(Enum.sort(files))
  end

  # Returns those that `mix test --partitions` gives to this part.
  defp own_part(files) do
    {options, _, _} = OptionParser.parse(System.argv(), switches: [partitions: :integer])

    if total = options[:partitions] do
      own = "MIX_TEST_PARTITION" |> System.fetch_env!() |> String.to_integer()
      files |> Enum.drop(own - 1) |> Enum.take_every(total)
    else
      files
    end
  end

  @impl true
  def init(_options) do
    Process.flag(:priority, :high)
    {:ok, file} = :file.open(Journal.path(), [:raw, :append])
    state = {file, File.cwd!() <> "/"}
    entry(%ExUnit.Test{name: :test, tags: %{file: "", line: 1}}, state)
    {:ok, state}
  end

  @impl true
  def handle_cast({:module_started, module}, state) do
    planned = for test <- module.tests, do: ["planned ", entry(test, state), "\n"]
    write(["started ", entry(module, state), "\n" | planned], state)
  end

  def handle_cast({:test_started, test}, state),
    do: write(["started ", entry(test, state), "\n"], state)

  def handle_cast({event, finished}, state) when event in [:test_finished, :module_finished],
    do: write(["finished ", entry(finished, state), "\n"], state)

  def handle_cast(_event, state), do: {:noreply, state}

  defp write(text, {file, _root} = state) do
    :ok = :file.write(file, text)
    {:noreply, state}
  end

  defp entry(%ExUnit.Test{name: name, tags: tags}, {_file, root}),
    do: Journal.entry(relative(tags.file, root), tags.line, Atom.to_string(name))

  defp entry(%ExUnit.TestModule{file: file}, {_file, root}), do: relative(file, root)

  defp relative(path, root), do: String.replace_prefix(path, root, "")
end
