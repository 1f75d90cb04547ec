defmodule Livemd.Terminal.Lines do
  @moduledoc """
  Fills lines with words. A word is a list of pieces, since a style may change inside it
  (`**Rust**'s`); a line is a list of pieces too, so that its width is known before it is painted.
  """

  alias Livemd.Terminal.Inline

  @typedoc "A text without white space and its styles; the space between words is a piece too."
  @type piece :: {String.t(), [atom()]}
  @type line :: [piece()]

  @doc "Lines of at most `width` columns; `split: true` also cuts a word that is wider than that."
  @spec wrap([Inline.span()], pos_integer(), keyword()) :: [line()]
  def wrap(spans, width, options \\ []) do
    words = words(spans)
    words = if options[:split], do: Enum.flat_map(words, &cut(&1, width)), else: words
    fill(words, width)
  end

  @doc "How many columns a line, or a text, takes on the terminal."
  @spec width(line() | String.t()) :: non_neg_integer()
  def width(text) when is_binary(text) do
    text |> String.graphemes() |> Enum.map(&columns/1) |> Enum.sum()
  end

  def width(line), do: line |> Enum.map(fn {text, _styles} -> width(text) end) |> Enum.sum()

  @doc "The width of the widest word: a table's column should not be narrower."
  @spec longest_word([Inline.span()]) :: non_neg_integer()
  def longest_word(spans) do
    spans
    |> words()
    |> Enum.map(&if(&1 == :break, do: 0, else: width(&1)))
    |> Enum.max(fn -> 0 end)
  end

  @doc "The line as it goes to the device, its styles as escape sequences where `colour?`."
  @spec paint(line(), boolean()) :: IO.chardata()
  def paint(line, colour?) do
    for [{_text, styles} | _] = pieces <- Enum.chunk_by(line, &elem(&1, 1)) do
      pieces |> Enum.map(&elem(&1, 0)) |> style(styles, colour?)
    end
  end

  @doc "A text in some styles, or as it is without colours."
  @spec style(IO.chardata(), [atom()], boolean()) :: IO.chardata()
  def style(text, [], _colour?), do: text
  def style(text, styles, colour?), do: IO.ANSI.format([styles, text], colour?)

  defp words(spans) do
    spans |> Enum.flat_map(&tokens/1) |> join([], [])
  end

  defp tokens(:break), do: [:break]

  # A no-break space is not in the class, and so stays inside its word.
  defp tokens({text, styles}) do
    for token <- String.split(text, ~r/[ \t\n]+/, include_captures: true), token != "" do
      if token =~ ~r/\A[ \t\n]+\z/, do: :space, else: {token, styles}
    end
  end

  defp join([:space | rest], word, words), do: join(rest, [], close(word, words))
  defp join([:break | rest], word, words), do: join(rest, [], [:break | close(word, words)])
  defp join([piece | rest], word, words), do: join(rest, [piece | word], words)
  defp join([], word, words), do: Enum.reverse(close(word, words))

  defp close([], words), do: words
  defp close(word, words), do: [Enum.reverse(word) | words]

  defp fill(words, width) do
    {line, lines} = Enum.reduce(words, {[], []}, &place(&1, &2, width))
    Enum.reverse(finish(line, lines))
  end

  defp place(:break, {line, lines}, _width), do: {[], [line | lines]}
  defp place(word, {[], lines}, _width), do: {word, lines}

  defp place(word, {line, lines}, width) do
    if width(line) + 1 + width(word) <= width,
      do: {line ++ [space(line, word)] ++ word, lines},
      else: {word, [line | lines]}
  end

  # Between two words of one link or code span the space has their style.
  defp space(line, [{_text, styles} | _word]) do
    {_text, before} = List.last(line)
    {" ", Enum.filter(styles, &(&1 in before))}
  end

  defp finish([], lines), do: lines
  defp finish(line, lines), do: [line | lines]

  defp cut(:break, _width), do: [:break]

  defp cut(word, width) do
    if width(word) <= width do
      [word]
    else
      graphemes = for {text, styles} <- word, char <- String.graphemes(text), do: {char, styles}
      graphemes |> Enum.chunk_every(max(width, 1))
    end
  end

  # Ideographs and most emoji take two columns. Good enough for prose; no library is at hand.
  defp columns(<<char::utf8, _rest::binary>>)
       when char in 0x1100..0x115F or char in 0x2E80..0xA4CF or char in 0xAC00..0xD7A3 or
              char in 0xF900..0xFAFF or char in 0xFE30..0xFE6F or char in 0xFF00..0xFF60 or
              char in 0x1F300..0x1FAFF or char in [0x2705, 0x274C, 0x2728],
       do: 2

  defp columns(_grapheme), do: 1
end
