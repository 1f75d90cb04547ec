defmodule Livemd.Terminal.Inline do
  @moduledoc """
  Reads the markup inside a paragraph, a list item or a table's cell into spans: a text and the
  styles it is printed in. What has no form on a terminal (a tag) leaves no trace.

      iex> Livemd.Terminal.Inline.spans("a **b**", true)
      [{"a ", []}, {"b", [:bright]}]
  """

  @typedoc "A text with the names of its `IO.ANSI` styles, or a forced end of line."
  @type span :: {String.t(), [atom()]} | :break

  @entities %{
    "amp" => "&",
    "lt" => "<",
    "gt" => ">",
    "quot" => "\"",
    "apos" => "'",
    "nbsp" => "\u00A0"
  }

  @doc """
  The spans of `text`, all of them in `styles` besides their own. Without colours, inline code
  keeps its backticks: nothing else would tell it from prose.
  """
  @spec spans(String.t(), boolean(), [atom()]) :: [span()]
  def spans(text, colour?, styles \\ []) do
    text |> scan("", styles, colour?) |> merge()
  end

  # `before` is the character before `text`: an underscore inside a word is not markup.
  defp scan("", _before, _styles, _colour?), do: []

  defp scan(text, before, styles, colour?) do
    case markup(text, before, styles, colour?) do
      {spans, rest} ->
        spans ++ scan(rest, ".", styles, colour?)

      nil ->
        {literal, rest} = literal(text)
        [{literal, styles} | scan(rest, String.last(literal), styles, colour?)]
    end
  end

  defp literal(text) do
    [literal] = Regex.run(~r/\A.[^\\`*_!\[<~&\n ]*/us, text)
    {literal, rest(text, literal)}
  end

  defp markup("\\\n" <> rest, _before, _styles, _colour?), do: {[:break], rest}

  defp markup("\\" <> text, _before, styles, _colour?) do
    with [char] <- Regex.run(~r/\A[!-\/:-@\[-`{-~]/, text) do
      {[{char, styles}], rest(text, char)}
    end
  end

  defp markup(" " <> _ = text, _before, _styles, _colour?) do
    with [space] <- Regex.run(~r/\A {2,}\n/, text), do: {[:break], rest(text, space)}
  end

  defp markup("`" <> _ = text, _before, styles, colour?) do
    with [all, _ticks, code] <- Regex.run(~r/\A(`+)(?!`)(.+?)(?<!`)\1(?!`)/s, text) do
      {[code(code, styles, colour?)], rest(text, all)}
    end
  end

  defp markup("*" <> _ = text, _before, styles, colour?) do
    emphasis(
      text,
      Regex.run(~r/\A(\*\*)(?=\S)((?:`[^`]*`|[^`])+?)(?<=\S)\*\*(?!\*)/s, text) ||
        Regex.run(~r/\A(\*)(?=[^\s*])((?:`[^`]*`|\*\*|[^`*])+?)(?<=\S)\*(?!\*)/s, text),
      styles,
      colour?
    )
  end

  defp markup("_" <> _ = text, before, styles, colour?) do
    unless before =~ ~r/\w/u do
      emphasis(
        text,
        Regex.run(~r/\A(__)(?=\S)((?:`[^`]*`|[^`])+?)(?<=\S)__(?!\w)/us, text) ||
          Regex.run(~r/\A(_)(?=[^\s_])((?:`[^`]*`|[^`])+?)(?<=\S)_(?!\w)/us, text),
        styles,
        colour?
      )
    end
  end

  defp markup("~~" <> _ = text, _before, styles, colour?) do
    with [all, inner] <- Regex.run(~r/\A~~(?=\S)(.+?)(?<=\S)~~/s, text) do
      {scan(inner, "", styles, colour?), rest(text, all)}
    end
  end

  defp markup("![" <> _ = text, _before, styles, _colour?) do
    with [all, label] <- Regex.run(~r/\A!\[([^\]]*)\]\([^)]*\)/, text) do
      {[{"[image: #{label}]", styles}], rest(text, all)}
    end
  end

  defp markup("[" <> _ = text, _before, styles, colour?) do
    with [all, label, address] <- Regex.run(link(), text) do
      {scan(label, "", [:underline | styles], colour?) ++ address(label, address, styles),
       rest(text, all)}
    end
  end

  defp markup("<" <> _ = text, _before, styles, _colour?) do
    case Regex.run(~r/\A<(?:(https?:[^>\s]+)|(br\s*\/?)|\/?[a-z][^>]*)>/s, text) do
      [all, "", _br] -> {[:break], rest(text, all)}
      [all, address] -> {[{address, [:underline | styles]}], rest(text, all)}
      [all] -> {[], rest(text, all)}
      nil -> nil
    end
  end

  defp markup("&" <> _ = text, _before, styles, _colour?) do
    with [all, name] <- Regex.run(~r/\A&([a-z]+);/, text),
         {:ok, char} <- Map.fetch(@entities, name) do
      {[{char, styles}], rest(text, all)}
    else
      _unknown -> nil
    end
  end

  defp markup(_text, _before, _styles, _colour?), do: nil

  # The label may hold one level of brackets, the address one level of parentheses.
  defp link do
    ~r/\A\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(<?((?:[^()\s<>]|\([^()\s]*\))+)>?(?:\s+"[^"]*")?\)/
  end

  defp address(label, address, styles) do
    case shown(address) do
      "" -> []
      ^label -> []
      shown -> [{" (#{shown})", styles}]
    end
  end

  # A terminal jumps nowhere: of a link inside the course only the file says something.
  defp shown("http" <> _rest = address), do: address
  defp shown(address), do: address |> String.split("#") |> hd()

  defp emphasis(_text, nil, _styles, _colour?), do: nil

  defp emphasis(text, [all, mark, inner], styles, colour?) do
    style = if String.length(mark) == 2, do: :bright, else: :italic
    {scan(inner, "", [style | styles], colour?), rest(text, all)}
  end

  defp code(code, styles, colour?) do
    code = code |> String.replace("\n", " ") |> trim_one()
    if colour?, do: {code, [:cyan | styles]}, else: {"`#{code}`", styles}
  end

  # One space on both sides is how a code span holds a backtick at its edge.
  defp trim_one(code) do
    case Regex.run(~r/\A (.*\S.*) \z/s, code) do
      [_all, inner] -> inner
      nil -> code
    end
  end

  defp rest(text, taken),
    do: binary_part(text, byte_size(taken), byte_size(text) - byte_size(taken))

  defp merge([{one, styles}, {two, styles} | rest]), do: merge([{one <> two, styles} | rest])
  defp merge([span | rest]), do: [span | merge(rest)]
  defp merge([]), do: []
end
