defmodule Roundtrip.Notebook.Terminal.Markdown do
  @moduledoc """
  Splits what stands inside a list item or a quote into blocks. The parser reads only the top
  level, where alone a cell can be; below that everything is prose or a fence.
  """

  alias Roundtrip.Notebook.{Fence, Prose}

  @doc "The blocks of `text`; their lines count from 1."
  @spec blocks(String.t()) :: [Prose.t() | Fence.t()]
  def blocks(text), do: text |> String.split("\n") |> Enum.with_index(1) |> blocks([])

  @doc "The indent, marker and text of the line of a list item, or nil."
  @spec item(String.t()) :: {non_neg_integer(), String.t(), String.t()} | nil
  def item(line) do
    with [_all, indent, marker, text] <-
           Regex.run(~r/\A(\s*)([-*+]|\d+[.)])(?:\s+|\z)(.*)\z/, line) do
      {String.length(indent), marker, text}
    end
  end

  defp blocks([], done), do: Enum.reverse(done)

  defp blocks([{line, number} | rest] = lines, done) do
    cond do
      blank?(line) -> blocks(rest, done)
      opening = opening(line) -> fence(opening, number, rest, done)
      true -> prose(kind(line, rest), number, lines, done)
    end
  end

  defp fence([_all, indent, ticks, info], number, rest, done) do
    {code, rest} = Enum.split_while(rest, fn {line, _number} -> String.trim(line) != ticks end)

    code =
      Enum.map_join(code, "\n", fn {line, _number} -> undent(line, String.length(indent)) end)

    blocks(Enum.drop(rest, 1), [%Fence{info: info, code: code, line: number + 1} | done])
  end

  defp prose(kind, number, [first | rest], done) do
    {more, rest} = Enum.split_while(pairs(rest), &continues?(kind, &1))
    text = Enum.map_join([first | Enum.map(more, &hd/1)], "\n", &elem(&1, 0))
    prose = %Prose{kind: kind, text: String.trim_trailing(text), line: number}
    blocks(Enum.map(rest, &hd/1), [prose | done])
  end

  # Whether a blank line ends a list is seen on the line after it.
  defp pairs(lines), do: Enum.chunk_every(lines, 2, 1)

  defp kind(line, rest) do
    cond do
      item(line) -> :list
      line =~ ~r/\A\s*>/ -> :quote
      line =~ ~r/\A#+\s/ -> :heading
      line =~ "|" and match?([{_, _} | _], rest) and delimiter?(rest) -> :table
      true -> :paragraph
    end
  end

  defp delimiter?([{line, _number} | _rest]),
    do: line =~ ~r/\A[\s|:-]*-[\s|:-]*\z/ and line =~ "|"

  defp continues?(:heading, _pair), do: false

  defp continues?(:list, [{line, _number} | next]) do
    if blank?(line), do: inside_list?(next), else: indented?(line) or opening(line) == nil
  end

  defp continues?(:quote, [{line, _number} | _next]), do: line =~ ~r/\A\s*>/
  defp continues?(:table, [{line, _number} | _next]), do: line =~ "|"

  defp continues?(:paragraph, [{line, _number} | _next]) do
    not blank?(line) and opening(line) == nil and item(line) == nil and not (line =~ ~r/\A\s*>/)
  end

  defp inside_list?([{line, _number}]), do: blank?(line) or indented?(line) or item(line) != nil
  defp inside_list?([]), do: false

  defp opening(line), do: Regex.run(~r/\A(\s*)(`{3,}|~{3,})\s*(.*?)\s*\z/, line)
  defp indented?(line), do: line =~ ~r/\A\s{2,}\S/
  defp blank?(line), do: String.trim(line) == ""

  @doc "The line without up to `count` leading spaces."
  @spec undent(String.t(), non_neg_integer()) :: String.t()
  def undent(line, count), do: String.replace(line, ~r/\A {0,#{count}}/, "")
end
