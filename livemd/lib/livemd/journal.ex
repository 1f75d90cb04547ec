defmodule Livemd.Journal do
  @moduledoc """
  Records what a run has begun, so that one that ends early is never taken for a complete one.

  `System.halt(0)` in a cell or a test ends the VM with exit status 0, and so do `System.stop/1` and
  SIGTERM; nothing inside the VM can prevent it. So whoever starts the VM names a file in the
  environment variable `LIVEMD_JOURNAL`, and takes the run for complete only if the last line of that
  file is `complete`:

      planned lessons/structs.livemd:12 Two names
      started lessons/structs.livemd:12 Two names
      finished lessons/structs.livemd:12 Two names
      complete

  The last line is `failed` if the run came to its end, and something failed.
  """

  alias Livemd.{Cell, Notebook}

  @variable "LIVEMD_JOURNAL"

  # A VM with this variable ends with its standard input, that is, with the VM that started it.
  @tied "LIVEMD_TIED"

  # Entries of a list that a person has to read.
  @most 20

  @doc "Calls a function that returns an exit status, returns that, and finishes the journal."
  @spec record((() -> non_neg_integer())) :: non_neg_integer()
  def record(fun) do
    demanded? = open()
    status = fun.()
    if demanded?, do: finish(status == 0)
    status
  end

  @doc """
  Runs `fun` as `record/1` does, but in a VM that another process supervises: this one if it is
  supervised, else a new one, in which `mix` has to call this function again with these arguments.
  Unless the run is complete, the exit status is not 0; if it ended early, it prints where.
  """
  @spec supervise([String.t()], (() -> non_neg_integer())) :: non_neg_integer()
  def supervise(arguments, fun),
    do: if(System.get_env(@variable), do: record(fun), else: run(arguments))

  defp run(arguments) do
    path = Path.join(System.tmp_dir!(), "livemd-#{System.pid()}.journal")
    mix = System.find_executable("mix") || Mix.raise("mix is not on the PATH")
    env = [{@variable, path}, {@tied, "1"}, {"MIX_ENV", to_string(Mix.env())}]

    # By default SIGTERM ends a VM with status 0.
    :os.set_signal(:sigterm, :default)
    # What the other VM prints passes through as bytes.
    :io.setopts(:standard_io, encoding: :latin1)
    {_, status} = System.cmd(mix, arguments, env: env, into: IO.binstream(:stdio, :line))
    :io.setopts(:standard_io, encoding: :unicode)
    {complete?, early} = {last(path) == "complete", explain(path)}
    File.rm(path)
    if early, do: IO.puts(:stderr, "The exit status was #{status}. #{early}")
    if complete?, do: status, else: max(status, 1)
  end

  @doc "Records which cells are to run."
  @spec plan([Notebook.t()]) :: :ok
  def plan(notebooks) do
    for notebook <- notebooks,
        section <- notebook.sections,
        %Cell{line: line} <- section.blocks do
      write("planned", [entry(notebook.path, line, section.name)])
    end

    :ok
  end

  @doc "Records that a cell is evaluated, by a function whose result it returns."
  @spec during(String.t(), (() -> result)) :: result when result: term()
  def during(entry, fun) do
    write("started", [entry])
    result = fun.()
    write("finished", [entry])
    result
  end

  @doc "Names a cell or a test in the journal."
  @spec entry(Path.t(), pos_integer(), String.t()) :: String.t()
  def entry(path, line, name), do: "#{path}:#{line} #{String.replace(name, "\n", " ")}"

  @doc "Opens the journal, and returns whether one is demanded of this VM."
  @spec open() :: boolean()
  def open do
    # A VM that a cell or a test starts is not part of this run.
    path = System.get_env(@variable)
    if path, do: :persistent_term.put(__MODULE__, Path.expand(path))
    if path, do: File.write!(path, "")
    if System.get_env(@tied), do: spawn(&end_with_input/0)
    for name <- [@variable, @tied], do: System.delete_env(name)
    path != nil
  end

  defp end_with_input do
    _eof_or_error = IO.read(:stdio, :eof)
    System.halt(1)
  end

  @doc "Writes the last line."
  @spec finish(boolean()) :: :ok
  def finish(complete?), do: append(if complete?, do: "complete\n", else: "failed\n")

  @doc "Writes a line for each entry; the kind is `planned`, `started` or `finished`."
  @spec write(String.t(), [String.t()]) :: :ok
  def write(kind, entries), do: append(Enum.map(entries, &"#{kind} #{&1}\n"))

  defp append(text), do: if(path(), do: File.write!(path(), text, [:append]), else: :ok)

  @doc "Returns the path of the journal that this VM writes, or `nil`."
  @spec path() :: Path.t() | nil
  def path, do: :persistent_term.get(__MODULE__, nil)

  @doc "Returns the entries that started and did not finish."
  @spec running(Path.t()) :: [String.t()]
  def running(path), do: entries(path, "started") -- entries(path, "finished")

  @doc "Returns where a run ended early, and what was not seen to start; else `nil`."
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

  # A VM that ended before it could open the file has written nothing.
  defp lines(path) do
    with {:error, _} <- File.read(path),
         do: [],
         else: ({:ok, text} -> String.split(text, "\n", trim: true))
  end

  defp list(_title, []), do: ""

  defp list(title, entries) do
    {shown, more} = Enum.split(entries, @most)
    more = if more == [], do: [], else: ["... and #{length(more)} more"]
    "#{title}:\n" <> Enum.map_join(shown ++ more, &"  #{&1}\n")
  end
end
