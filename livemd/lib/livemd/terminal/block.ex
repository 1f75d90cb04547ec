defmodule Livemd.Terminal.Block do
  @moduledoc """
  Turns the blocks of a notebook into lines for a terminal.

  Code is printed unchanged, with whole-line comments dimmed. A Mermaid diagram becomes a one-line
  caption, and folded `<details>` a line with their summary. `Livemd.Terminal.Markdown` prints prose.
  """

  alias Livemd.{Cell, Details, Fence, Notebook, Prose, Terminal}
  alias Livemd.Terminal.Markdown

  import Terminal, only: [indent: 2, style: 3]

  @doc "Returns the lines of a block."
  @spec lines(Notebook.block(), Terminal.t()) :: Terminal.lines()
  def lines(%Prose{kind: :table, text: text}, terminal), do: Markdown.table(text, terminal)

  def lines(%Prose{kind: :heading, text: text}, terminal) do
    text |> String.replace(~r/\A#+ /, "") |> bright(terminal)
  end

  def lines(%Prose{text: text}, terminal), do: Markdown.lines(text, terminal)
  def lines(%Cell{code: code}, terminal), do: code("elixir", code, terminal)

  def lines(%Fence{info: "mermaid", code: code}, terminal),
    do: [style(diagram(code), [:faint], terminal)]

  def lines(%Fence{info: info, code: code}, terminal), do: code(label(info), code, terminal)

  def lines(%Details{summary: summary}, %{unfolded: false} = terminal),
    do: [style(["▸ ", summary], [:faint], terminal)]

  def lines(%Details{summary: summary, blocks: blocks}, terminal),
    do: [style(["▾ ", summary], [:bright], terminal), "" | stack(blocks, terminal)]

  @doc "Returns the lines of a title or of a section's name, underlined with `char`."
  @spec heading(String.t(), String.t(), Terminal.t()) :: Terminal.lines()
  def heading(text, char, terminal) do
    lines = bright(text, terminal)
    width = lines |> Enum.map(&Terminal.width/1) |> Enum.max(fn -> 0 end)
    lines ++ [char |> String.duplicate(width) |> style([:faint], terminal)]
  end

  @doc "Returns the lines of blocks with an empty line between each two."
  @spec stack([Notebook.block()], Terminal.t()) :: Terminal.lines()
  def stack(blocks, terminal) do
    blocks |> Enum.map(&lines(&1, terminal)) |> Enum.intersperse([""]) |> Enum.concat()
  end

  defp bright(text, terminal) do
    for line <- Markdown.lines(text, %{terminal | colour: false}),
        do: style(line, [:bright], terminal)
  end

  defp code(label, code, terminal) do
    lines = code |> String.split("\n") |> Enum.map(&code_line(&1, terminal)) |> indent("    ")
    if label == "", do: lines, else: [style(label, [:faint], terminal) | lines]
  end

  # Only comments on their own line: finding those at the end of a line needs a tokenizer.
  defp code_line(line, terminal) do
    if line =~ ~r/\A\s*(#( |\z)|\/\/)/, do: style(line, [:faint], terminal), else: line
  end

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
    "[diagram: #{kind}, #{Terminal.count(length(lines), "line")}; drawn in Livebook]"
  end
end
