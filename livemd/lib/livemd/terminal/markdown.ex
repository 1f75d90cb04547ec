defmodule Livemd.Terminal.Markdown do
  @moduledoc """
  Turns Markdown into lines for a terminal, with the printer that `mix help` and IEx use.

  `IO.ANSI.Docs` prints paragraphs, lists, quotes, narrow tables, inline code, emphasis and links
  well, and in the same way in Elixir 1.14 and 1.20. This module works around three weaknesses:

    * **wide tables**: it never wraps a cell. A table that doesn't fit becomes a list with an item
      per row;
    * **lines**: it prints to the group leader, with a reset on each empty line, two empty lines
      after a loose item, and styles that stay open at the end of a line;
    * **relative links**: a terminal can't jump to a heading, so only the file name of the address is
      shown.

  It prints code spans of two backticks, hard line breaks and entities unchanged.
  """

  alias Livemd.Terminal

  @reset IO.ANSI.reset()

  @doc "Returns the lines of a paragraph, list or quote, wrapped to the terminal's width."
  @spec lines(String.t(), Terminal.t()) :: [String.t()]
  def lines(text, terminal) do
    text
    |> short_links()
    |> printed(terminal)
    |> String.replace(~r/^\e\[0m$/m, "")
    |> String.replace(~r/\n{3,}/, "\n\n")
    |> String.trim("\n")
    |> String.split("\n")
    |> close_styles()
  end

  @doc "Returns the lines of a table, or of a list if the table is wider than the terminal."
  @spec table(String.t(), Terminal.t()) :: [String.t()]
  def table(text, terminal) do
    rows = text |> String.split("\n") |> Enum.map(&cells/1)
    # The printer expects a bar at both ends of a row and spaces around each bar.
    lines = rows |> Enum.map_join("\n", &"| #{Enum.join(&1, " | ")} |") |> lines(terminal)

    if length(hd(rows)) > 1 and Enum.all?(lines, &(Terminal.width(&1) <= terminal.width)),
      do: lines,
      else: rows |> list() |> lines(terminal)
  end

  # A bar is part of a cell only after a backslash, even between backticks.
  defp cells(row) do
    row |> String.trim("|") |> String.split(~r/(?<!\\)\|/) |> Enum.map(&String.trim/1)
  end

  defp list([header, _rule | rows]) do
    "#{item(header)}\n\n" <> Enum.map_join(rows, "\n", &"- #{item(&1)}")
  end

  defp item([first | rest]) do
    [first, Enum.join(rest, "; ")]
    |> Enum.reject(&(&1 == ""))
    |> Enum.join(": ")
    |> String.replace("\\|", "|")
  end

  defp short_links(text) do
    text
    |> String.replace(~r/\[([^\]]*)\]\(#[^)]*\)/, "\\1")
    |> String.replace(~r/\]\((?!https?:)([^)\s#]+)[^)]*\)/, "](\\1)")
  end

  # The printer takes no device as argument: it prints to the group leader.
  defp printed(text, terminal) do
    {:ok, device} = StringIO.open("")
    leader = Process.group_leader()
    Process.group_leader(self(), device)

    try do
      # The printer doesn't use the last column.
      options = [width: terminal.width + 1, enabled: terminal.colour]
      IO.ANSI.Docs.print(text, "text/markdown", options)
    after
      Process.group_leader(self(), leader)
    end

    {:ok, {_input, printed}} = StringIO.close(device)
    printed
  end

  # A line may be indented or prefixed later, so no style may stay open at its end.
  defp close_styles(lines) do
    {lines, _open} =
      Enum.map_reduce(lines, "", fn line, open ->
        line = open <> line

        case ~r/\e\[[\d;]*m/ |> Regex.scan(line) |> List.last() do
          [style] when style != @reset -> {line <> @reset, style}
          _none_open -> {line, ""}
        end
      end)

    lines
  end
end
