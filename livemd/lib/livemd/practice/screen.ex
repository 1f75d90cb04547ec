defmodule Livemd.Practice.Screen do
  @moduledoc false
  # What a reader sees while practising.

  alias Livemd.Notebook
  alias Livemd.{CellResult, Failure, Terminal}
  alias Livemd.Practice.Exercise
  alias Livemd.Terminal.{Lines, Result}

  @enforce_keys [:notebook, :output, :terminal, :live]
  defstruct @enforce_keys

  @type t :: %__MODULE__{
          notebook: Notebook.t(),
          output: IO.device(),
          terminal: Terminal.t(),
          live: boolean()
        }

  @erase "\r\e[2K"

  # Lines of what a reader's code has printed: a loop may print for ever.
  @most 40

  # Lines of why it failed: all that rustc says of a mistake, and no end of what was compared.
  @most_of_reason 300

  @keys [
    {"h", "shows the hint"},
    {"s", "shows a solution, and leaves your file alone"},
    {"n", "goes to the next exercise"},
    {"p", "goes to the previous exercise"},
    {"c", "checks the file again; a save does so by itself"},
    {"Enter", "shows the exercise again"},
    {"q", "quits; what has passed is remembered"},
    {"?", "shows these keys"}
  ]

  @spec new(Notebook.t(), keyword()) :: t()
  def new(notebook, options) do
    %__MODULE__{
      notebook: notebook,
      output: Keyword.get(options, :output, :stdio),
      terminal: options[:terminal] || Terminal.new(),
      live: options[:terminal] != nil
    }
  end

  @doc "The exercise: its prose, what checks it, where to work on it."
  @spec exercise(t(), Exercise.t(), Path.t(), String.t()) :: :ok
  def exercise(screen, exercise, path, place) do
    %{terminal: terminal} = screen

    lines =
      Terminal.heading("#{exercise.title} (#{exercise.name}, #{place})", "─", terminal) ++
        [""] ++
        Terminal.stack(exercise.prose ++ [Exercise.check(exercise)], terminal) ++
        ["", style(screen, ["Edit ", path, " and save it."], [:bright]), ""]

    print(screen, ["" | lines])
  end

  @doc "A folded block of the exercise, or that it has none."
  @spec unfold(t(), Details.t() | nil, String.t()) :: :ok
  def unfold(screen, nil, noun), do: note(screen, "This exercise has no #{noun}.")

  def unfold(screen, details, _noun) do
    print(screen, ["" | Terminal.lines(details, %{screen.terminal | unfolded: true})] ++ [""])
  end

  @doc "A sentence about what happens."
  @spec note(t(), String.t()) :: :ok
  def note(screen, text), do: print(screen, [style(screen, ["· ", text], [:faint])])

  @doc "A sentence about what is wrong, or does not happen."
  @spec warn(t(), String.t()) :: :ok
  def warn(screen, text), do: print(screen, [style(screen, ["- ", text], [:yellow])])

  @doc "What stands in the last line until the next output; nothing in a pipe."
  @spec progress(t(), String.t()) :: :ok
  def progress(%{live: false}, _text), do: :ok

  def progress(screen, text) do
    text = String.slice(text, 0, screen.terminal.width - 1)
    IO.write(screen.output, [@erase, style(screen, text, [:faint])])
  end

  @spec passed(t(), Exercise.t(), [CellResult.t()]) :: :ok
  def passed(screen, exercise, results) do
    held = results |> Enum.map(& &1.assertions) |> Enum.sum()
    text = "✓ #{exercise.name} passes (#{Terminal.count(held, "assertion")} held)"
    print(screen, said(screen, results) ++ [style(screen, text, [:green])])
  end

  @doc "Why an attempt, in that file, did not pass."
  @spec failed(t(), Exercise.t(), Path.t(), [CellResult.t()]) :: :ok
  def failed(screen, exercise, path, results) do
    %{status: {:failed, failure}} = Enum.find(results, &match?({:failed, _}, &1.status))
    {sign, colour, text} = verdict(failure)
    heading = style(screen, "#{sign} #{exercise.name} #{text}: #{path}", [colour])
    print(screen, said(screen, results) ++ [heading | reason(screen, failure)] ++ [""])
  end

  @doc "A cell of the lesson itself failed: nothing after it can be checked."
  @spec broken(t(), CellResult.t()) :: :ok
  def broken(screen, result) do
    text = "✗ a cell of the lesson failed, and the exercises after it build upon it"
    {:failed, failure} = result.status

    print(
      screen,
      said(screen, [result]) ++ [style(screen, text, [:red]) | reason(screen, failure)]
    )
  end

  @spec keys(t()) :: :ok
  def keys(screen) do
    lines = for {key, meaning} <- @keys, do: ["  ", String.pad_trailing(key, 6), meaning]
    print(screen, ["", "  A key, then Enter:" | lines] ++ [""])
  end

  @doc "Where the reader is, and what may be typed."
  @spec prompt(t(), String.t()) :: :ok
  def prompt(screen, place) do
    text =
      "#{place} · h: hint · s: solution · n: next · p: previous · q: quit · ?: keys (then Enter) > "

    IO.write(screen.output, style(screen, text, [:faint]))
  end

  defp verdict(%{kind: :assertion}), do: {"…", :yellow, "does not pass yet"}
  defp verdict(%{kind: :timeout}), do: {"✗", :red, "does not come to an end"}
  defp verdict(_failure), do: {"✗", :red, "fails"}

  defp reason(screen, failure) do
    failure
    |> Failure.format(screen.notebook, colours: screen.terminal.colour)
    |> String.trim_trailing()
    |> String.split("\n")
    |> shorten(@most_of_reason)
    |> Enum.map(&["  ", &1])
  end

  # Warnings and output only: the value of an exercise's cell says nothing.
  defp said(screen, results) do
    for result <- results,
        result = %{result | status: :ok, value: nil, assertions: 0},
        line <- result |> Result.lines(screen.notebook, screen.terminal) |> shorten(@most),
        do: ["  ", line]
  end

  defp shorten(lines, most) do
    case Enum.split(lines, most) do
      {lines, []} -> lines
      {lines, more} -> lines ++ ["... and #{Terminal.count(length(more), "more line")}"]
    end
  end

  defp style(screen, text, styles), do: Lines.style(text, styles, screen.terminal.colour)

  # The prompt, or a line of progress, may be where the first line now goes.
  defp print(screen, lines) do
    erase = if screen.live, do: @erase, else: ""
    IO.write(screen.output, [erase | Enum.map(lines, &[&1, "\n"])])
  end
end
