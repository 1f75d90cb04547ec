defmodule Livemd.Practice.Console do
  @moduledoc false
  # The output and the keys of `Livemd.Practice`.

  alias Livemd.{Failure, Terminal}
  alias Livemd.Terminal.{Block, Report}

  import Terminal, only: [count: 2, indent: 2]

  @enforce_keys [:notebook, :terminal, :input]
  defstruct [:notebook, :terminal, :input, reader: nil, ref: nil]

  # Lines of output that are shown, because a loop may print without end.
  @longest_output 40
  # Lines of a failure that are shown: enough for rustc's errors, but not for a huge compared value.
  @longest_failure 300

  # A key can be typed as a letter or as a word.
  @keys [
    {"h", :hint, "shows the hint"},
    {"s", :solution, "shows a solution, and leaves your file alone"},
    {"n", :next, "goes to the next exercise"},
    {"p", :previous, "goes to the previous exercise"},
    {"c", :check, "checks the file again; a save does so by itself"},
    {"", :again, "shows the exercise again"},
    {"q", :quit, "quits; exercises that have passed are remembered"},
    {"?", :help, "shows these keys"}
  ]

  def new(notebook, options) do
    input = Keyword.get(options, :input, :stdio)
    %__MODULE__{notebook: notebook, terminal: Terminal.open(options), input: input}
  end

  @doc "Starts a process that reads keys, so that the caller can wait for saves meanwhile."
  def start_keys(console) do
    {owner, ref} = {self(), make_ref()}
    %{console | ref: ref, reader: spawn_link(fn -> read_keys(console.input, owner, ref) end)}
  end

  def stop_keys(%{reader: reader}) do
    Process.unlink(reader)
    Process.exit(reader, :kill)
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
  defp read_keys(device, owner, ref) do
    case IO.gets(device, "") do
      line when is_binary(line) ->
        send(owner, {ref, line |> String.trim() |> String.downcase() |> key()})
        read_keys(device, owner, ref)

      _eof_or_error ->
        send(owner, {ref, :quit})
    end
  end

  defp key(typed) do
    Enum.find_value(@keys, :unknown, fn {letter, key, _meaning} ->
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

  @doc "Prints a message."
  def note(console, text), do: print(console, [style(console, ["· ", text], [:faint])])

  @doc "Prints a warning."
  def warn(console, text), do: print(console, [style(console, ["- ", text], [:yellow])])

  @doc "Shows text until the next line is printed; does nothing in a pipe."
  def progress(console, text), do: Terminal.progress(text, console.terminal)

  def passed(console, exercise, results) do
    held = results |> Enum.map(& &1.assertions) |> Enum.sum()
    text = "✓ #{exercise.name} passes (#{count(held, "assertion")} held)"
    print(console, printed(console, results) ++ [style(console, text, [:green])])
  end

  @doc "Prints why an attempt in the file at `path` failed."
  def failed(console, exercise, path, results) do
    %{status: {:failed, failure}} = Enum.find(results, &match?({:failed, _}, &1.status))
    {sign, colour, text} = verdict(failure)
    heading = style(console, "#{sign} #{exercise.name} #{text}: #{path}", [colour])
    print(console, printed(console, results) ++ [heading | reason(console, failure)] ++ [""])
  end

  defp verdict(%{kind: :assertion}), do: {"…", :yellow, "does not pass yet"}
  defp verdict(%{kind: :timeout}), do: {"✗", :red, "exceeds its time limit"}
  defp verdict(_failure), do: {"✗", :red, "fails"}

  @doc "Prints that a cell of the notebook failed on which the exercises depend."
  def broken(console, %{failure: failure} = result) do
    text = "✗ a cell of the lesson failed, and the exercises after it depend on it"
    heading = style(console, text, [:red])
    print(console, printed(console, [result]) ++ [heading | reason(console, failure)])
  end

  def help(console) do
    lines =
      for {letter, _key, meaning} <- @keys do
        letter = if letter == "", do: "Enter", else: letter
        ["  ", String.pad_trailing(letter, 6), meaning]
      end

    print(console, ["", "  A key, then Enter:" | lines] ++ [""])
  end

  @doc "Prints the score and the most important keys."
  def prompt(console, score) do
    keys = "h: hint · s: solution · q: quit · ?: all keys (then Enter) > "
    IO.write(console.terminal.device, style(console, "#{score} · #{keys}", [:faint]))
  end

  defp reason(console, failure) do
    failure
    |> Failure.format(console.notebook, colours: console.terminal.colour)
    |> Terminal.split()
    |> shorten(@longest_failure)
    |> indent("  ")
  end

  defp printed(console, results) do
    results
    |> Enum.map(&(&1 |> Report.printed(console.terminal) |> shorten(@longest_output)))
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
