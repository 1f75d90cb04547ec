defmodule Livemd.Fences.Source do
  @moduledoc false

  alias Livemd.Fence

  @type lines :: [String.t()]

  @spec lines(String.t()) :: lines()
  def lines(text), do: text |> String.split(["\r\n", "\n"]) |> Enum.map(&String.trim_trailing/1)

  @doc "`nil` where the fence stands in a source, else the line of the notebook that does not."
  @spec compare(Fence.t(), [{Path.t(), lines()}]) :: {pos_integer(), String.t()} | nil
  def compare(fence, sources) do
    wanted = lines(fence.code)
    blank = Enum.count(Enum.take_while(wanted, &(&1 == "")))

    case Enum.drop(wanted, blank) do
      [] -> {fence.line, "an empty fence stands in no source file"}
      wanted -> sources |> closest(wanted) |> verdict(length(wanted), fence.line + 1 + blank)
    end
  end

  defp verdict(nil, _length, line), do: {line, "no source file has this line"}
  defp verdict({length, _, _}, length, _line), do: nil

  defp verdict({same, path, source_line}, _length, line) do
    {line + same, "this line is not as in #{path}:#{source_line + same}"}
  end

  # The place where most lines in a row are the same.
  defp closest(sources, wanted) do
    for {path, lines} <- sources, {same, number} <- places(lines, wanted, 1, []), reduce: nil do
      {best, _, _} = found when best >= same -> found
      _ -> {same, path, number}
    end
  end

  defp places([], _wanted, _number, found), do: Enum.reverse(found)

  defp places([first | rest] = lines, [wanted | _] = all, number, found) do
    found =
      with true <- String.ends_with?(first, wanted),
           indent = String.replace_suffix(first, wanted, ""),
           true <- String.trim(indent) == "" do
        [{same(lines, all, indent, 0), number} | found]
      else
        false -> found
      end

    places(rest, all, number + 1, found)
  end

  defp same([line | lines], [wanted | rest], indent, count) do
    expected = if wanted == "", do: "", else: indent <> wanted
    if line == expected, do: same(lines, rest, indent, count + 1), else: count
  end

  defp same(_lines, _wanted, _indent, count), do: count
end
