defmodule Livemd.Journal do
  @moduledoc """
  Records what a run has begun, so that one that ends early is never taken for a complete one.

  `System.halt(0)` in a cell or a test ends the VM with exit status 0, and so do `System.stop/1` and
  SIGTERM. Nothing inside of the VM can prevent that. So whoever started the VM names a file in the
  environment variable `LIVEMD_JOURNAL`, and takes the run for complete only if the last line of that
  file is `complete`:

      planned lessons/structs.livemd:12 Two names
      started lessons/structs.livemd:12 Two names
      finished lessons/structs.livemd:12 Two names
      complete

  `failed` is the last line of a run that came to its end, and in which something failed.
  """

  alias Livemd.Notebook

  @variable "LIVEMD_JOURNAL"

  # A VM with this variable ends with its standard input, that is, with the VM that started it.
  @tied "LIVEMD_TIED"

  # Entries of a list that a person has to read.
  @most 20

  @doc """
  Calls a function that returns an exit status, and returns that. If another process demands the
  journal of this VM, its last line is written.
  """
  @spec record((() -> non_neg_integer())) :: non_neg_integer()
  def record(fun) do
    demanded? = open()
    status = fun.()
    if demanded?, do: write(if status == 0, do: "complete", else: "failed")
    status
  end

  @doc """
  Records a function, as `record/1` does, in a VM that another process supervises: in this one if it
  is, or else in a new one that runs `mix` with the arguments. Then the exit status is not 0 unless
  the run is complete, and otherwise it prints what was running and what did not run.
  """
  @spec supervise([String.t()], (() -> non_neg_integer())) :: non_neg_integer()
  def supervise(arguments, fun) do
    if System.get_env(@variable), do: record(fun), else: run(arguments)
  end

  defp run(arguments) do
    journal = Path.join(System.tmp_dir!(), "livemd-#{System.pid()}.journal")
    mix = System.find_executable("mix") || Mix.raise("mix is not on the PATH")
    env = [{@variable, journal}, {@tied, "1"}, {"MIX_ENV", to_string(Mix.env())}]

    # By default SIGTERM ends a VM with status 0.
    :os.set_signal(:sigterm, :default)
    # The bytes are passed on as they are.
    :io.setopts(:standard_io, encoding: :latin1)
    {_, status} = System.cmd(mix, arguments, env: env, into: IO.binstream(:stdio, :line))
    :io.setopts(:standard_io, encoding: :unicode)
    if early = explain(journal), do: IO.puts(:stderr, "The exit status was #{status}. #{early}")
    complete? = journal |> File.read() |> lines() |> List.last() == "complete"
    File.rm(journal)
    if complete?, do: status, else: max(status, 1)
  end

  @doc """
  Records the tests of `mix test`: call it in `test_helper.exs` after `ExUnit.start/1`. A run is
  complete if its tests passed and were not all excluded.
  """
  @spec record_tests() :: :ok
  def record_tests do
    if open() do
      formatters = ExUnit.configuration() |> Keyword.fetch!(:formatters)
      ExUnit.configure(formatters: formatters ++ [Livemd.Journal.Formatter])
      for path <- test_files(), do: planned(path)

      ExUnit.after_suite(fn %{failures: failures, total: total, excluded: excluded} ->
        write(if failures == 0 and total > excluded, do: "complete", else: "failed")
      end)
    end

    :ok
  end

  # The files that the command line names, or all.
  defp test_files do
    named = for argument <- System.argv(), do: String.replace(argument, ~r/(:\d+)+$/, "")
    paths = for path <- named, File.exists?(path), do: path

    for path <- if(paths == [], do: ["test"], else: paths),
        file <- if(File.dir?(path), do: Path.wildcard(path <> "/**/*_test.exs"), else: [path]),
        do: Path.relative_to_cwd(file)
  end

  @doc "Records which cells are to run."
  @spec plan([Notebook.t()]) :: :ok
  def plan(notebooks) do
    for notebook <- notebooks, section <- notebook.sections, cell <- section.blocks do
      if is_struct(cell, Livemd.Cell), do: planned(entry(notebook.path, cell.line, section.name))
    end

    :ok
  end

  @doc "Names a cell or a test in the journal."
  @spec entry(Path.t(), pos_integer(), String.t()) :: String.t()
  def entry(path, line, name), do: "#{path}:#{line} #{String.replace(name, "\n", " ")}"

  @spec planned(String.t()) :: :ok
  def planned(entry), do: write("planned " <> entry)

  @spec started(String.t()) :: :ok
  def started(entry), do: write("started " <> entry)

  @spec finished(String.t()) :: :ok
  def finished(entry), do: write("finished " <> entry)

  # A VM that a cell or a test starts is not part of this run.
  defp open do
    path = System.get_env(@variable)
    System.delete_env(@variable)

    if path do
      path = Path.expand(path)
      File.write!(path, "")
      :persistent_term.put(__MODULE__, path)
    end

    if System.get_env(@tied), do: spawn(&end_with_input/0)
    System.delete_env(@tied)
    path != nil
  end

  defp end_with_input do
    _eof_or_error = IO.read(:stdio, :eof)
    System.halt(1)
  end

  @doc "Returns the path of the journal that this VM writes, or `nil`."
  @spec path() :: Path.t() | nil
  def path, do: :persistent_term.get(__MODULE__, nil)

  defp write(line) do
    if path(), do: File.write!(path(), line <> "\n", [:append])
    :ok
  end

  @doc """
  Returns what was running when the run ended early, and what did not run; `nil` if the run came to
  its end.
  """
  @spec explain(Path.t()) :: String.t() | nil
  def explain(path) do
    lines = path |> File.read() |> lines()
    unless List.last(lines) in ["complete", "failed"], do: text(lines)
  end

  defp lines({:ok, text}), do: String.split(text, "\n", trim: true)
  defp lines({:error, _never_opened}), do: []

  defp text(lines) do
    {started, finished} = {entries(lines, "started "), entries(lines, "finished ")}
    running = started -- finished
    last = if running == [], do: Enum.take(finished, -1), else: []

    "The run ended early.\n" <>
      list("Last seen running", running) <>
      list("Last seen to finish", last) <>
      list("Not seen to start", entries(lines, "planned ") -- started)
  end

  defp entries(lines, kind) do
    for line <- lines, String.starts_with?(line, kind), do: String.replace_prefix(line, kind, "")
  end

  defp list(_title, []), do: ""

  defp list(title, entries) do
    {shown, more} = Enum.split(entries, @most)
    rest = if more == [], do: "", else: "  ... and #{length(more)} more\n"
    "#{title}:\n#{Enum.map(shown, &"  #{&1}\n")}#{rest}"
  end
end

defmodule Livemd.Journal.Formatter do
  @moduledoc false
  # Records what ExUnit starts and finishes.

  use GenServer

  alias Livemd.Journal

  # ExUnit does not wait for a formatter: a test that ends the VM at once may win over the line that
  # names it. So nothing is left to be loaded, or to be asked from another process, by then.
  @impl true
  def init(_options) do
    Process.flag(:priority, :high)
    {:ok, file} = :file.open(Journal.path(), [:raw, :append])
    state = {file, File.cwd!() <> "/"}
    entry(%{name: :test, tags: %{file: __ENV__.file, line: 1}}, state)
    {:ok, state}
  end

  @impl true
  def handle_cast({:module_started, %{file: file, tests: tests}}, state) do
    planned = for test <- tests, do: "planned #{entry(test, state)}\n"
    write(["started #{relative(file, state)}\n" | planned], state)
  end

  def handle_cast({:module_finished, %{file: file}}, state),
    do: write("finished #{relative(file, state)}\n", state)

  def handle_cast({:test_started, test}, state),
    do: write("started #{entry(test, state)}\n", state)

  def handle_cast({:test_finished, test}, state),
    do: write("finished #{entry(test, state)}\n", state)

  def handle_cast(_event, state), do: {:noreply, state}

  defp write(text, {file, _root} = state) do
    :ok = :file.write(file, text)
    {:noreply, state}
  end

  defp entry(%{name: name, tags: tags}, state),
    do: tags.file |> relative(state) |> Journal.entry(tags.line, Atom.to_string(name))

  defp relative(path, {_file, root}), do: String.replace_prefix(path, root, "")
end
