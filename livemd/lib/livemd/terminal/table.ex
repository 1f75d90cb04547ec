defmodule Livemd.Terminal.Table do
  @moduledoc """
  Lays a Markdown table out in columns that fit the terminal. What does not fit is wrapped inside
  its cell, the widest columns first; nothing is ever cut off.
  """

  alias Livemd.Terminal.{Lines, Inline}

  @gutter 2
  @narrowest 4

  @doc "The lines of the table whose Markdown is `text`."
  @spec lines(String.t(), pos_integer(), boolean()) :: [IO.chardata()]
  def lines(text, width, colour?) do
    [header, delimiter | body] = text |> String.trim() |> String.split("\n") |> Enum.map(&split/1)
    aligns = Enum.map(delimiter, &align/1)
    header = cells(header, aligns, colour?, [:bright])
    body = Enum.map(body, &cells(&1, aligns, colour?, []))
    widths = widths([header | body], width)

    rows = Enum.map(body, &row(&1, widths, aligns, colour?))
    row(header, widths, aligns, colour?) ++ [rule(widths, colour?)] ++ spaced(rows)
  end

  # As GitHub and Livebook read it: only a backslash keeps a pipe, backticks do not.
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

  # A short row is filled up and a long one cut to the header's columns, as everywhere.
  defp cells(texts, aligns, colour?, styles) do
    texts
    |> Stream.concat(Stream.repeatedly(fn -> "" end))
    |> Enum.take(length(aligns))
    |> Enum.map(&Inline.spans(&1, colour?, styles))
  end

  defp widths(rows, width) do
    columns = Enum.zip_with(rows, & &1)

    natural =
      Enum.map(columns, &widest(&1, fn cell -> cell |> Lines.wrap(10_000) |> line_width() end))

    words = Enum.map(columns, &widest(&1, fn cell -> Lines.longest_word(cell) end))
    available = width - @gutter * (length(columns) - 1)

    # Whole words while there is room for them, then cut words rather than a broken layout.
    natural
    |> shrink(words, available)
    |> shrink(Enum.map(words, &min(&1, @narrowest)), available)
  end

  defp widest(cells, fun), do: cells |> Enum.map(fun) |> Enum.max() |> max(1)

  defp line_width(lines), do: lines |> Enum.map(&Lines.width/1) |> Enum.max(fn -> 0 end)

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

  defp row(cells, widths, aligns, colour?) do
    columns =
      for {cell, width} <- Enum.zip(cells, widths), do: Lines.wrap(cell, width, split: true)

    height = columns |> Enum.map(&length/1) |> Enum.max() |> max(1)

    for index <- 0..(height - 1) do
      columns
      |> Enum.map(&Enum.at(&1, index, []))
      |> Enum.zip(Enum.zip(widths, aligns))
      |> pad()
      |> Lines.paint(colour?)
    end
  end

  # The last column is not filled up: a line in a pipe ends with its text.
  defp pad(columns) do
    {line, _spaces} =
      Enum.reduce(columns, {[], 0}, fn {pieces, {width, align}}, {line, owed} ->
        free = max(width - Lines.width(pieces), 0)
        left = left(free, align)
        text = if pieces == [], do: [], else: [spaces(owed + left) | pieces]
        owed = if pieces == [], do: owed + width, else: free - left
        {line ++ text, owed + @gutter}
      end)

    line
  end

  defp left(_free, :left), do: 0
  defp left(free, :right), do: free
  defp left(free, :center), do: div(free, 2)

  defp spaces(count), do: {String.duplicate(" ", count), []}

  defp rule(widths, colour?) do
    widths
    |> Enum.map_join(String.duplicate(" ", @gutter), &String.duplicate("─", &1))
    |> Lines.style([:faint], colour?)
  end

  # Rows of several lines need air between them to be told apart.
  defp spaced(rows) do
    if Enum.any?(rows, &(length(&1) > 1)),
      do: rows |> Enum.intersperse([""]) |> Enum.concat(),
      else: Enum.concat(rows)
  end
end
