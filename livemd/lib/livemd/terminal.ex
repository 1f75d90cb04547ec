defmodule Livemd.Terminal do
  @moduledoc """
  Prints the blocks of a notebook on a terminal, or plain in a pipe.

  A terminal is a width, whether it shows colours, and whether what a notebook folds is shown:

      terminal = Terminal.new(width: 72, colour: true)
      IO.write(Terminal.render(block, terminal))

  In plain text nothing but the escape sequences is missing, except that inline code keeps its
  backticks.
  """

  alias Livemd.Notebook
  alias Livemd.{Cell, Details, Fence, Prose}
  alias Livemd.Terminal.{Lines, Inline, Markdown, Table}
  alias Livemd.Terminal.List, as: Bullets

  defstruct width: 80, colour: false, unfolded: false

  @type t :: %__MODULE__{width: pos_integer(), colour: boolean(), unfolded: boolean()}

  # Longer lines are hard to read, however wide the window is.
  @widest 100
  @indent "    "

  @doc "A terminal with the given `:width`, `:colour` and `:unfolded`."
  @spec new(keyword()) :: t()
  def new(options \\ []), do: struct!(__MODULE__, options)

  @doc """
  The terminal that standard output is, or nil where it is a pipe or a file. There are no colours
  where `NO_COLOR` is set (see no-color.org) or the terminal is dumb.
  """
  @spec detect() :: t() | nil
  def detect do
    case :io.columns() do
      {:ok, columns} -> new(width: columns |> min(@widest) |> max(20), colour: colours?())
      {:error, :enotsup} -> nil
    end
  end

  defp colours? do
    System.get_env("NO_COLOR", "") == "" and System.get_env("TERM") not in [nil, "dumb"]
  end

  @doc "The block as text that ends with a line break."
  @spec render(Notebook.block(), t()) :: IO.chardata()
  def render(block, terminal), do: block |> lines(terminal) |> Enum.map(&[&1, "\n"])

  @doc "The lines of a block, for whoever indents them further."
  @spec lines(Notebook.block(), t()) :: [IO.chardata()]
  def lines(%Prose{kind: :paragraph, text: text}, terminal), do: flow(text, terminal)

  def lines(%Prose{kind: :heading, text: text}, terminal) do
    name = String.replace(text, ~r/\A#+\s+|\s+#+\s*\z/, "")
    flow(name, terminal, [:bright])
  end

  def lines(%Prose{kind: :table, text: text}, terminal) do
    Table.lines(text, terminal.width, terminal.colour)
  end

  def lines(%Prose{kind: :quote, text: text}, terminal) do
    bar = Lines.style("│", [:faint], terminal.colour)

    text
    |> String.replace(~r/^\s*> ?/m, "")
    |> Markdown.blocks()
    |> stack(narrower(terminal, 2))
    |> Enum.map(&[bar, indented(&1, " ")])
  end

  def lines(%Prose{kind: :list, text: text}, terminal) do
    {items, loose?} = Bullets.items(text)
    items = Enum.map(items, &item(&1, terminal))
    Enum.concat(if loose?, do: Enum.intersperse(items, [""]), else: items)
  end

  def lines(%Cell{code: code}, terminal), do: code("elixir", code, terminal)

  def lines(%Fence{info: "mermaid", code: code}, terminal) do
    [Lines.style(diagram(code), [:faint], terminal.colour)]
  end

  def lines(%Fence{info: info, code: code}, terminal), do: code(label(info), code, terminal)

  def lines(%Details{summary: summary}, %{unfolded: false} = terminal) do
    [Lines.style(["▸ ", summary], [:faint], terminal.colour)]
  end

  def lines(%Details{summary: summary, blocks: blocks}, terminal) do
    [Lines.style(["▾ ", summary], [:bright], terminal.colour), "" | stack(blocks, terminal)]
  end

  @doc "The lines of a heading above the blocks' own, with a rule of `char` below it."
  @spec heading(String.t(), String.t(), t()) :: [IO.chardata()]
  def heading(text, char, terminal) do
    lines = text |> Inline.spans(terminal.colour, [:bright]) |> Lines.wrap(terminal.width)
    width = lines |> Enum.map(&Lines.width/1) |> Enum.max(fn -> 0 end)
    rule = char |> String.duplicate(width) |> Lines.style([:faint], terminal.colour)
    Enum.map(lines, &Lines.paint(&1, terminal.colour)) ++ [rule]
  end

  @doc "The blocks one under the other, with an empty line between them."
  @spec stack([Notebook.block()], t()) :: [IO.chardata()]
  def stack(blocks, terminal) do
    blocks |> Enum.map(&lines(&1, terminal)) |> Enum.intersperse([""]) |> Enum.concat()
  end

  defp flow(text, %{width: width, colour: colour?}, styles \\ []) do
    text
    |> Inline.spans(colour?, styles)
    |> Lines.wrap(width)
    |> Enum.map(&Lines.paint(&1, colour?))
  end

  defp narrower(terminal, indent), do: %{terminal | width: max(terminal.width - indent, 10)}

  defp item({marker, markdown}, terminal) do
    indent = String.length(marker) + 1
    [first | rest] = with [] <- within(markdown, narrower(terminal, indent)), do: [""]
    [[marker, " ", first] | Enum.map(rest, &indented(&1, String.duplicate(" ", indent)))]
  end

  # A list right under its item's text needs no empty line before it; a paragraph does.
  defp within(markdown, terminal) do
    for {block, index} <- markdown |> Markdown.blocks() |> Enum.with_index(),
        line <- if(index > 0 and not list?(block), do: [""], else: []) ++ lines(block, terminal),
        do: line
  end

  defp list?(block), do: match?(%Prose{kind: :list}, block)

  defp code(label, code, %{colour: colour?}) do
    heading = if label == "", do: [], else: [Lines.style(label, [:faint], colour?)]

    heading ++
      (code |> String.split("\n") |> Enum.map(&indented(code_line(&1, colour?), @indent)))
  end

  # Only whole-line comments: anything more would be a highlighter.
  defp code_line(line, colour?) do
    if line =~ ~r/\A\s*(#( |\z)|\/\/)/, do: Lines.style(line, [:faint], colour?), else: line
  end

  defp indented("", _indent), do: ""
  defp indented(line, indent), do: [indent, line]

  # rustdoc's attributes say in short what a reader may want in words.
  defp label(info) do
    case String.split(info, ",") do
      [language, "compile_fail", code] -> "#{language} (does not compile: #{code})"
      [language, "compile_fail"] -> "#{language} (does not compile)"
      _language -> info
    end
  end

  defp diagram(code) do
    lines = code |> String.split("\n") |> Enum.reject(&(String.trim(&1) == ""))
    first = Enum.find(lines, "mermaid", &(not String.starts_with?(String.trim(&1), "%%")))
    [kind | _rest] = String.split(first)
    "[diagram: #{kind}, #{count(length(lines), "line")}; drawn in Livebook]"
  end

  @doc "A number and what it counts: `1 line`, `2 lines`."
  @spec count(non_neg_integer(), String.t()) :: String.t()
  def count(1, noun), do: "1 #{noun}"
  def count(number, noun), do: "#{number} #{noun}s"
end
