defmodule Livemd.Parser.Source do
  @moduledoc false
  # Text to numbered lines. What an editor hides (byte-order mark, control characters, line breaks
  # that are not "\n") is refused here, so that no later step has to think of it.

  @typedoc "A line without its end, and its number."
  @type line :: {String.t(), pos_integer()}

  @bom "\uFEFF"

  @spec lines(String.t()) :: {[line()], [{:problem, pos_integer(), String.t()}]}
  def lines(text) do
    if String.valid?(text) do
      {bom, text} = take_bom(text)
      lines = text |> String.replace("\r\n", "\n") |> split()
      {lines, bom ++ Enum.flat_map(lines, &hidden/1)}
    else
      {[], [{:problem, 1, "the file is not valid UTF-8"}]}
    end
  end

  defp take_bom(@bom <> text) do
    {[{:problem, 1, "the file starts with a byte-order mark, which hides the title"}], text}
  end

  defp take_bom(text), do: {[], text}

  defp split(text), do: text |> String.split("\n") |> Enum.with_index(1)

  defp hidden({line, number}) do
    cond do
      String.contains?(line, "\r") ->
        [
          {:problem, number,
           "a carriage return inside of the line: Livebook breaks the line here"}
        ]

      # U+0085, U+2028 and U+2029 count as white space in some of Livebook's expressions.
      line =~ ~r/[\x{00}-\x{08}\x{0B}\x{0C}\x{0E}-\x{1F}\x{7F}\x{85}\x{2028}\x{2029}\x{FEFF}]/u ->
        [{:problem, number, "an invisible control character"}]

      true ->
        []
    end
  end
end
