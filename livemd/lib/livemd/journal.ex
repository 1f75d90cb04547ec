defmodule Livemd.Journal do
  @moduledoc """
  Records which cells and tests of a run have started and finished, in order to detect a run that ends
  early.

  `System.halt(0)` in a cell or a test ends the VM with exit status 0, and so do `System.stop/1` and
  SIGTERM. The VM itself can't prevent that. So the program that starts the VM names a file in the
  environment variable `LIVEMD_JOURNAL`, and accepts the run only if the last line of that file is
  `complete`:

      planned lessons/structs.livemd:12 Two names
      started lessons/structs.livemd:12 Two names
      finished lessons/structs.livemd:12 Two names
      complete

  The last line is `failed` if the run reached its end and a cell or a test failed.
  """

  alias Livemd.{Cell, Notebook}

  @variable "LIVEMD_JOURNAL"

  # A VM with this variable halts when its standard input closes: when its parent VM dies.
  @tied "LIVEMD_TIED"

  # Entries that are printed of a list; the rest is counted.
  @max_entries 20

  @doc "Calls a function that returns an exit status, finishes the journal, and returns the status."
  @spec record((() -> non_neg_integer())) :: non_neg_integer()
  def record(fun) do
    requested? = open()
    status = fun.()
    if requested?, do: finish(status == 0)
    status
  end

  @doc """
  Calls `fun` as `record/1` does, in a VM whose journal its parent reads. If this VM has no such
  parent, it starts another one with `mix` and these arguments, which must call this function again.

  Returns an exit status, which is not 0 unless the run is complete. Prints where a run ended early.
  """
  @spec supervise([String.t()], (() -> non_neg_integer())) :: non_neg_integer()
  def supervise(arguments, fun),
    do: if(System.get_env(@variable), do: record(fun), else: run(arguments))

  defp run(arguments) do
    path = Path.join(System.tmp_dir!(), "livemd-#{System.pid()}.journal")
    mix = System.find_executable("mix") || Mix.raise("mix is not on the PATH")
    env = [{@variable, path}, {@tied, "1"}, {"MIX_ENV", to_string(Mix.env())}]

    # Otherwise SIGTERM would end this VM with status 0, too.
    :os.set_signal(:sigterm, :default)
    # The other VM's output is copied as bytes.
    :io.setopts(:standard_io, encoding: :latin1)
    {_, status} = System.cmd(mix, arguments, env: env, into: IO.binstream(:stdio, :line))
    :io.setopts(:standard_io, encoding: :unicode)
    {complete?, early} = {last(path) == "complete", explain(path)}
    File.rm(path)
    if early, do: IO.puts(:stderr, "The exit status was #{status}. #{early}")
    if complete?, do: status, else: max(status, 1)
  end

  @doc "Records the cells that are going to run."
  @spec plan([Notebook.t()]) :: :ok
  def plan(notebooks) do
    for notebook <- notebooks,
        section <- notebook.sections,
        %Cell{line: line} <- section.blocks do
      write("planned", [entry(notebook.path, line, section.name)])
    end

    :ok
  end

  @doc "Calls a function that evaluates a cell, records its start and end, and returns its result."
  @spec during(String.t(), (() -> result)) :: result when result: term()
  def during(entry, fun) do
    write("started", [entry])
    result = fun.()
    write("finished", [entry])
    result
  end

  @doc "Returns the journal's name for a cell or a test."
  @spec entry(Path.t(), pos_integer(), String.t()) :: String.t()
  def entry(path, line, name), do: "#{path}:#{line} #{String.replace(name, "\n", " ")}"

  @doc "Opens the journal if the environment names one, and returns whether it does."
  @spec open() :: boolean()
  def open do
    path = System.get_env(@variable)
    if path, do: :persistent_term.put(__MODULE__, Path.expand(path))
    if path, do: File.write!(path, "")
    if System.get_env(@tied), do: spawn(&halt_when_input_closes/0)
    # A VM that a cell or a test starts must not write into this journal.
    for name <- [@variable, @tied], do: System.delete_env(name)
    path != nil
  end

  @spec halt_when_input_closes() :: no_return()
  defp halt_when_input_closes do
    _eof_or_error = IO.read(:stdio, :eof)
    System.halt(1)
  end

  @doc "Writes the last line: `complete` or `failed`."
  @spec finish(boolean()) :: :ok
  def finish(complete?), do: append(if complete?, do: "complete\n", else: "failed\n")

  @doc "Writes a line for each entry; the kind is `planned`, `started` or `finished`."
  @spec write(String.t(), [String.t()]) :: :ok
  def write(kind, entries), do: append(Enum.map(entries, &"#{kind} #{&1}\n"))

  defp append(text), do: if(path(), do: File.write!(path(), text, [:append]), else: :ok)

  @doc "Returns the path of this VM's journal, or `nil` if it writes none."
  @spec path() :: Path.t() | nil
  def path, do: :persistent_term.get(__MODULE__, nil)

  @doc "Returns the entries that have started and not finished."
  @spec running(Path.t()) :: [String.t()]
  def running(path), do: entries(path, "started") -- entries(path, "finished")

  @doc "Returns where a run ended early and which entries never started, or `nil` if it reached its end."
  @spec explain(Path.t()) :: String.t() | nil
  def explain(path) do
    running = running(path)
    last = if running == [], do: path |> entries("finished") |> Enum.take(-1), else: []

    unless last(path) in ["complete", "failed"] do
      "The run ended early.\n" <>
        list("Last seen running", running) <>
        list("Last seen to finish", last) <>
        list("Not seen to start", Enum.uniq(entries(path, "planned")) -- entries(path, "started"))
    end
  end

  defp last(path), do: path |> lines() |> List.last()

  defp entries(path, kind) do
    for line <- lines(path), [^kind, entry] <- [String.split(line, " ", parts: 2)], do: entry
  end

  # There is no file if the VM ended before it opened the journal.
  defp lines(path) do
    with {:error, _} <- File.read(path),
         do: [],
         else: ({:ok, text} -> String.split(text, "\n", trim: true))
  end

  defp list(_title, []), do: ""

  defp list(title, entries) do
    {shown, more} = Enum.split(entries, @max_entries)
    more = if more == [], do: [], else: ["... and #{length(more)} more"]
    "#{title}:\n" <> Enum.map_join(shown ++ more, &"  #{&1}\n")
  end
end
