defmodule Livemd.Practice.Console do
  @moduledoc false
  # The output and the keys of `Livemd.Practice`.

  alias Livemd.{Failure, Terminal}
  alias Livemd.Practice.Overview
  alias Livemd.Terminal.{Block, Keys, Markdown, Report}

  import Terminal, only: [count: 2, indent: 2]

  @enforce_keys [:terminal, :input]
  defstruct [:terminal, :input, keys: nil, reader: nil, ref: nil]

  # Lines of output that are shown, because a loop may print without end.
  @longest_output 40
  # Lines of a failure that are shown: enough for rustc's errors, but not for a huge compared value.
  @longest_failure 300

  # Each key with its name in the prompt, which can also be typed as a word, and its meaning.
  @keys [
    {"h", :hint, "hint", "shows the hint"},
    {"s", :solution, "solution", "shows a solution, and leaves your file alone"},
    {"n", :next, "next", "goes to the next exercise"},
    {"p", :previous, "back", "goes back to the previous exercise"},
    {"l", :list, "list", "lists the exercises, and which have passed"},
    {"r", :run, "run", "checks the file again; a save does so by itself"},
    {"q", :quit, "quit", "quits; exercises that have passed are remembered"},
    {"?", :help, "keys", "shows these keys"},
    {"\n", :go_on, "go on", "goes on to the next open exercise, or shows this one again"}
  ]

  # The arrow keys to the right and to the left.
  @arrows %{"\e[C" => :next, "\eOC" => :next, "\e[D" => :previous, "\eOD" => :previous}

  def new(options) do
    input = Keyword.get(options, :input, :stdio)
    %__MODULE__{terminal: Terminal.open(options), input: input}
  end

  @doc "Starts a process that reads keys, so that the caller can wait for saves meanwhile."
  def start_keys(console) do
    # Another device has lines only.
    keys = if console.input == :stdio, do: Keys.open()
    {owner, ref} = {self(), make_ref()}
    reader = spawn_link(fn -> read_keys(keys, console.input, owner, ref) end)
    %{console | ref: ref, keys: keys, reader: reader}
  end

  def stop_keys(%{reader: reader, keys: keys}) do
    Process.unlink(reader)
    Process.exit(reader, :kill)
    if keys, do: Keys.close(keys)
    :ok
  end

  @doc "Returns the next key, or `nil` after `time` milliseconds."
  def await_key(%{ref: ref}, time) do
    receive do
      {^ref, key} -> key
    after
      time -> nil
    end
  end

  @doc "Returns whether the reader has pressed the key to quit, without consuming it."
  def quit?(%{ref: ref}) do
    {:messages, messages} = Process.info(self(), :messages)
    {ref, :quit} in messages
  end

  # The end of the input counts as the key to quit.
  defp read_keys(keys, device, owner, ref) do
    case if(keys, do: Keys.read(device), else: IO.gets(device, "")) do
      typed when is_binary(typed) ->
        send(owner, {ref, key(typed)})
        read_keys(keys, device, owner, ref)

      _eof_or_error ->
        send(owner, {ref, :quit})
    end
  end

  defp key(typed) when is_map_key(@arrows, typed), do: @arrows[typed]
  defp key(typed) when typed in ["\n", "\r"], do: :go_on

  defp key(typed) do
    typed = typed |> String.trim() |> String.downcase()

    Enum.find_value(@keys, :unknown, fn {letter, key, _name, _meaning} ->
      if typed in [letter, Atom.to_string(key)], do: key
    end)
  end

  @doc "Prints the exercise: its prose, its check, and its file."
  def exercise(%{terminal: terminal} = console, exercise, path, place) do
    heading = Block.heading("#{exercise.title} (#{exercise.name}, #{place})", "─", terminal)
    blocks = Block.stack(exercise.prose ++ [exercise.check], terminal)
    edit = style(console, ["Edit ", path, " and save it."], [:bright])
    print(console, ["" | heading] ++ [""] ++ blocks ++ ["", edit, ""])
  end

  @doc "Prints the hint or the solution, or that the exercise has none."
  def unfold(console, nil, noun), do: note(console, "This exercise has no #{noun}.")

  def unfold(console, details, _noun) do
    print(console, ["" | Block.lines(details, %{console.terminal | unfolded: true})] ++ [""])
  end

  @doc "Prints the code of the file at `path`, without its header."
  def code(console, path, code) do
    lines = code |> Terminal.split() |> Enum.drop_while(&(&1 =~ ~r/^(#|$)/)) |> indent("    ")
    print(console, ["", style(console, path, [:bright]), "" | lines])
  end

  @doc "Prints lists, each below its name."
  def lists(console, lists) do
    lines = for {name, lines} <- lists, do: ["", style(console, name, [:bright]) | lines]
    print(console, Enum.concat(lines) ++ [""])
  end

  @doc "Prints a message."
  def note(console, text), do: print(console, [style(console, ["· ", text], [:faint])])

  @doc "Prints a warning."
  def warn(console, text), do: print(console, [style(console, ["- ", text], [:yellow])])

  @doc "Shows text until the next line is printed; does nothing in a pipe."
  def progress(console, text), do: Terminal.progress(text, console.terminal)

  @doc """
  Prints that an attempt passed, and what it printed. `translate` changes the places that the
  compiler's messages name.
  """
  def passed(console, exercise, results, translate) do
    held = results |> Enum.map(& &1.assertions) |> Enum.sum()
    text = "✓ #{exercise.name} passes (#{count(held, "assertion")} held)"
    print(console, [style(console, text, [:green]) | printed(console, results, translate)])
  end

  @doc """
  Prints that an attempt failed, what it printed and wrote to standard error, and why it failed.
  `translate` changes the places that the compiler's messages name.
  """
  def failed(console, item, results, stderr, translate) do
    %{status: {:failed, failure}} = Enum.find(results, &match?({:failed, _}, &1.status))
    {sign, colour, text} = verdict(failure)
    heading = style(console, "#{sign} #{item.exercise.name} #{text}: #{item.path}", [colour])
    printed = printed(console, results, translate) ++ barred(console, stderr)
    reason = reason(console, failure, item.notebook, translate)
    print(console, [heading | printed] ++ reason ++ [""])
  end

  @doc "Prints that the code in the file at `path` has ended the VM."
  def crashed(console, exercise, path, crash) do
    heading = style(console, "✗ #{exercise.name} has ended the whole VM: #{path}", [:red])

    why =
      "#{ending(crash.status)}. Rust does this in `unsafe` code, by a stack overflow, or on purpose. " <>
        "A new VM runs now, and checks your file when you save it."

    lines = Markdown.lines(why, %{console.terminal | width: console.terminal.width - 2})
    print(console, barred(console, crash.text) ++ [heading | indent(lines, "  ")] ++ [""])
  end

  # A shell reports 128 and the signal's number.
  defp ending("139"), do: "It was a segmentation fault (exit status 139)"
  defp ending("134"), do: "It was an abort (exit status 134)"
  defp ending(status), do: "Its exit status was #{status}"

  defp barred(_console, ""), do: []

  defp barred(console, text) do
    bar = style(console, "│ ", [:faint])
    text |> Terminal.split() |> shorten(@longest_output) |> Enum.map(&["  ", bar, &1])
  end

  defp verdict(%{kind: :assertion}), do: {"…", :yellow, "does not pass yet"}
  defp verdict(%{kind: :timeout}), do: {"✗", :red, "exceeds its time limit"}
  defp verdict(_failure), do: {"✗", :red, "fails"}

  @doc "Prints that a cell of the notebook failed on which the exercises depend."
  def broken(console, notebook, %{failure: failure} = result) do
    text = "✗ a cell of the lesson failed, and the exercises after it depend on it"
    heading = style(console, text, [:red])

    print(
      console,
      printed(console, [result], & &1) ++ [heading | reason(console, failure, notebook, & &1)]
    )
  end

  def help(console) do
    lines =
      for {letter, _key, _name, meaning} <- @keys do
        letter = if letter == "\n", do: "Enter", else: letter
        ["  ", String.pad_trailing(letter, 6), meaning]
      end

    then_enter = if console.keys, do: [], else: ["  A key, then Enter:"]
    print(console, ["" | then_enter] ++ lines ++ [""])
  end

  @doc "Prints bars, and the keys that are useful now."
  def prompt(console, rows, passed?) do
    print(console, Overview.bars(rows, console.terminal))
    keys = if passed?, do: passed_keys(), else: List.delete_at(@keys, -1)
    tail = if console.keys, do: " > ", else: " + Enter > "
    long = Enum.map_join(keys, " · ", &label/1) <> tail
    short = Enum.map_join(keys, " ", &short_label/1) <> tail
    text = if String.length(long) < console.terminal.width, do: long, else: short
    IO.write(console.terminal.device, style(console, text, [:faint]))
  end

  # After a pass a hint isn't needed any more, and the solution is there to compare.
  defp passed_keys do
    [go_on | _] = Enum.reverse(@keys)
    [go_on, {"s", :solution, "compare", ""} | Enum.drop(@keys, 2) |> List.delete(go_on)]
  end

  defp label({"\n", _key, name, _meaning}), do: "Enter " <> name
  defp label({"?", _key, _name, _meaning}), do: "?"
  defp label({letter, _key, name, _meaning}), do: letter <> " " <> name

  defp short_label({"\n", _key, _name, _meaning}), do: "Enter"
  defp short_label({letter, _key, _name, _meaning}), do: letter

  defp reason(console, failure, notebook, translate) do
    coloured = failure.coloured && translate.(failure.coloured)

    %{failure | plain: translate.(failure.plain), coloured: coloured}
    |> Failure.format(notebook, colours: console.terminal.colour)
    |> Terminal.split()
    |> shorten(@longest_failure)
    |> indent("  ")
  end

  defp printed(console, results, translate) do
    for result <- results do
      warnings = Enum.map(result.warnings, translate)

      %{result | warnings: warnings, output: translate.(result.output)}
      |> Report.printed(console.terminal)
      |> shorten(@longest_output)
    end
    |> Enum.concat()
    |> indent("  ")
  end

  defp shorten(lines, most) do
    case Enum.split(lines, most) do
      {lines, []} -> lines
      {lines, more} -> lines ++ ["... and #{count(length(more), "more line")}"]
    end
  end

  defp style(console, text, styles), do: Terminal.style(text, styles, console.terminal)
  defp print(console, lines), do: Terminal.print(lines, console.terminal)
end
