defmodule Livemd.Terminal.Markdown do
  @moduledoc """
  Turns Markdown into lines for a terminal, with the printer that `mix help` and IEx use.

  `IO.ANSI.Docs` prints paragraphs, lists, quotes, inline code, emphasis and links well, and the
  same in Elixir 1.14 and 1.20. Three things are done here, since it does them badly:

    * **tables**: it never wraps a cell, so that a row leaves the terminal;
    * **lines**: it prints to the group leader, with a reset on each empty line, two empty lines
      after a loose item, and styles that stay open at a line's end;
    * **links within the course**: a terminal cannot jump to a heading, so that only the file's name
      is left of their address.

  It doesn't know code spans of two backticks, hard line breaks and entities, and prints them as they
  are.
  """

  alias Livemd.Terminal

  import Terminal, only: [style: 3, width: 1]

  @reset IO.ANSI.reset()
  @gutter "  "
  # Wide enough for a cell of the longest line that the parser accepts.
  @unlimited 5_000

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

  @doc """
  Returns the lines of a table, in columns that fit the terminal if its longest words do.

  What doesn't fit is wrapped within its cell, in the widest columns first.
  """
  @spec table(String.t(), Terminal.t()) :: Terminal.lines()
  def table(text, terminal) do
    [header, delimiter | body] = text |> String.trim() |> String.split("\n") |> Enum.map(&split/1)
    aligns = Enum.map(delimiter, &align/1)
    widths = widths([header | body], terminal)
    rule = Enum.map_join(widths, @gutter, &String.duplicate("─", &1))
    plain = %{terminal | colour: false}
    heading = for line <- row(header, widths, aligns, plain), do: style(line, [:bright], terminal)
    rows = Enum.map(body, &row(&1, widths, aligns, terminal))

    heading ++ [style(rule, [:faint], terminal) | spaced(rows)]
  end

  defp short_links(text) do
    text
    |> String.replace(~r/\[([^\]]*)\]\(#[^)]*\)/, "\\1")
    |> String.replace(~r/\]\((?!https?:)([^)\s#]+)[^)]*\)/, "](\\1)")
  end

  # The printer takes no device.
  defp printed(text, terminal) do
    {:ok, device} = StringIO.open("")
    leader = Process.group_leader()
    Process.group_leader(self(), device)

    try do
      # It leaves the last column free.
      options = [width: terminal.width + 1, enabled: terminal.colour]
      IO.ANSI.Docs.print(text, "text/markdown", options)
    after
      Process.group_leader(self(), leader)
    end

    {:ok, {_input, printed}} = StringIO.close(device)
    printed
  end

  # A line may be indented, or be beside another column: its style must not leave it.
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

  # Only a backslash keeps a bar within its cell; backticks don't.
  defp split(line) do
    line
    |> String.trim()
    |> String.replace(~r/\A\||(?<!\\)\|\z/, "")
    |> String.split(~r/(?<!\\)\|/)
    |> Enum.map(&(&1 |> String.trim() |> String.replace("\\|", "|")))
  end

  defp align(cell) do
    case {String.starts_with?(cell, ":"), String.ends_with?(cell, ":")} do
      {true, true} -> :center
      {false, true} -> :right
      _left -> :left
    end
  end

  defp widths(rows, terminal) do
    columns =
      for column <- Enum.zip(rows),
          do: column |> Tuple.to_list() |> Enum.map(&unwrapped(&1, terminal))

    natural = Enum.map(columns, &widest/1)
    longest_words = for cells <- columns, do: cells |> Enum.flat_map(&String.split/1) |> widest()
    available = terminal.width - String.length(@gutter) * (length(columns) - 1)
    shrink(natural, longest_words, available)
  end

  defp unwrapped(cell, terminal),
    do: cell |> lines(%{terminal | width: @unlimited}) |> Enum.join(" ")

  defp widest(texts), do: texts |> Enum.map(&width/1) |> Enum.max(fn -> 0 end) |> max(1)

  # Takes one column after the other from whichever is the widest.
  defp shrink(widths, floors, available) do
    room =
      for {width, floor} <- Enum.zip(widths, floors), do: if(width > floor, do: width, else: 0)

    if Enum.sum(widths) <= available or Enum.max(room) == 0 do
      widths
    else
      widest = Enum.find_index(room, &(&1 == Enum.max(room)))
      widths |> List.update_at(widest, &(&1 - 1)) |> shrink(floors, available)
    end
  end

  defp row(cells, widths, aligns, terminal) do
    columns =
      for {cell, width} <- Enum.zip(cells, widths), do: lines(cell, %{terminal | width: width})

    for index <- 0..(columns |> Enum.map(&length/1) |> Enum.max() |> max(1) |> Kernel.-(1)) do
      [columns, widths, aligns]
      |> Enum.zip_with(fn [lines, width, align] ->
        lines |> Enum.at(index, "") |> pad(width, align)
      end)
      |> Enum.join(@gutter)
      |> String.trim_trailing()
    end
  end

  defp pad(text, width, align) do
    free = max(width - width(text), 0)
    left = %{left: 0, right: free, center: div(free, 2)}[align]
    String.duplicate(" ", left) <> text <> String.duplicate(" ", free - left)
  end

  # Rows of several lines need an empty line between them to be told apart.
  defp spaced(rows) do
    if Enum.any?(rows, &(length(&1) > 1)),
      do: rows |> Enum.intersperse([""]) |> Enum.concat(),
      else: Enum.concat(rows)
  end
end
