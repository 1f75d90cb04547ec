defmodule Livemd.Terminal.Markdown do
  @moduledoc """
  Splits what stands inside a list item or a quote into blocks. The parser has done so for the top
  level; below that it lets only paragraphs, lists, quotes and tables pass, no fence or heading.
  """

  alias Livemd.Prose

  @doc "The blocks of `text`; their lines count from 1."
  @spec blocks(String.t()) :: [Prose.t()]
  def blocks(text), do: text |> String.split("\n") |> Enum.with_index(1) |> blocks([])

  @doc "The indent, marker and text of the line of a list item, or nil."
  @spec item(String.t()) :: {non_neg_integer(), String.t(), String.t()} | nil
  def item(line) do
    with [_all, indent, marker, text] <-
           Regex.run(~r/\A(\s*)([-*+]|\d+[.)])(?:\s+|\z)(.*)\z/, line) do
      {String.length(indent), marker, text}
    end
  end

  @doc "The line without up to `count` leading spaces."
  @spec undent(String.t(), non_neg_integer()) :: String.t()
  def undent(line, count), do: String.replace(line, ~r/\A {0,#{count}}/, "")

  defp blocks([], done), do: Enum.reverse(done)
  defp blocks([{"", _number} | rest], done), do: blocks(rest, done)

  defp blocks([{line, number} | rest], done) do
    kind = kind(line)
    {more, rest} = Enum.split_while(rest, &continues?(kind, &1))
    text = Enum.map_join([{line, number} | more], "\n", &elem(&1, 0))
    blocks(rest, [%Prose{kind: kind, text: String.trim_trailing(text), line: number} | done])
  end

  defp kind(line) do
    cond do
      item(line) -> :list
      line =~ ~r/\A\s*>/ -> :quote
      line =~ ~r/\A\s*\|/ -> :table
      true -> :paragraph
    end
  end

  # What is indented goes on with a list, after an empty line too.
  defp continues?(:list, {line, _number}), do: line == "" or line =~ ~r/\A\s/ or item(line) != nil
  defp continues?(kind, {line, _number}), do: line != "" and kind(line) == kind
end
