defmodule Livemd.Parser.ProseRules do
  @moduledoc false
  # Rejects prose that Livebook would parse differently.

  alias Livemd.Prose

  @spec check(Prose.t()) :: [{:problem, pos_integer(), String.t()}]
  def check(%Prose{text: text, line: first} = prose) do
    lines = text |> String.split("\n") |> Enum.with_index(first)
    Enum.flat_map(lines, &line(&1, prose.kind)) ++ block(prose.kind, lines)
  end

  defp line({text, number}, kind) do
    for message when message != nil <- [anywhere(text), nested(kind, text)],
        do: {:problem, number, message}
  end

  defp anywhere(text) do
    first_that_matches(text, [
      {"\t", "a tab: Livebook expands it; use spaces"},
      {~r/```|~~~/, "``` or ~~~ outside of a fence: it starts at the margin, after a blank line"},
      {"<!--", "a comment must be alone on its line, at the margin"},
      {"\\`", "a backslash before a backtick: use a code span of two backticks"}
    ]) || open_code_span(text)
  end

  # A code span ends with as many backticks as it starts with.
  defp open_code_span(text) do
    open =
      Enum.reduce(Regex.scan(~r/`+/, text), nil, fn
        run, nil -> run
        run, run -> nil
        _other, open -> open
      end)

    open && "a code span that doesn't end on its line: Livebook may swallow what follows"
  end

  # In lists and quotes these problems may follow the marker.
  defp nested(kind, text) when kind in [:list, :quote] do
    text
    |> String.replace(~r/\A(\s*([-*+]|\d{1,9}[.)]|>)(?=\s|\z))*\s*/, "")
    |> first_that_matches([
      {~r/\A<(?!(https?|mailto):)/, "HTML in a #{kind}"},
      {~r/\A\[[^\]]*\]:/, "a link or footnote definition: Livebook loses it when it saves"},
      {~r/\A\#{1,6}\s/, "a heading in a #{kind}"},
      {~r/\A([-=*_] ?)+\z/, "a rule or an underline in a #{kind}"},
      {~r/\{:[^}]*\}\s*\z/, "an attribute list: Livebook removes it from the text"}
    ])
  end

  defp nested(_kind, _text), do: nil

  defp first_that_matches(text, rules) do
    Enum.find_value(rules, fn {pattern, message} -> if text =~ pattern, do: message end)
  end

  defp block(:paragraph, lines) do
    pairs = Enum.zip(lines, tl(lines))

    for {{above, _}, {text, number}} <- pairs, pipe?(above) and pipe?(text) do
      {:problem, number, "two lines with `|` in a row: Livebook may read a table"}
    end
  end

  defp block(:table, lines),
    do: table(Enum.map(lines, fn {text, line} -> {cells(text), line} end))

  defp block(:list, [{first, _} | _] = lines) do
    {_, found} = Enum.reduce(lines, {marker(first), []}, &list_line/2)
    Enum.reverse(found)
  end

  defp block(_kind, _lines), do: []

  # Indented lines belong to the last item at the margin, given as the marker's last character and width.
  defp list_line({text, number}, {{sign, width} = item, found}) do
    case marker(text) do
      {^sign, _} = item ->
        {item, found}

      nil ->
        {item, indent_problem(text, number, width) ++ found}

      _ ->
        {item, [{:problem, number, "a list whose marker changes: Livebook makes it two"} | found]}
    end
  end

  defp indent_problem(text, number, width) do
    if text =~ ~r/\A( *\z| {#{width}})/ do
      []
    else
      [{:problem, number, "a line that continues a list's item: indent it by #{width} spaces"}]
    end
  end

  # `1.` and `2.` belong to one list, `1.` and `1)` don't.
  defp marker(text) do
    case Regex.run(~r/\A\d{0,9}([-*+.)]) +/, text) do
      [all, sign] -> {sign, byte_size(all)}
      nil -> nil
    end
  end

  defp pipe?(text), do: String.contains?(text, "|")

  defp table([{[_ | _] = header, line}, {rule, _} | rows])
       when length(header) == length(rule) do
    if Enum.all?(rule, &(&1 =~ ~r/\A:?-+:?\z/)) do
      for {cells, line} <- rows, length(cells) != length(header) do
        {:problem, line, "a row of #{length(cells)} cells in a table of #{length(header)}"}
      end
    else
      no_table(line)
    end
  end

  defp table([{_, line} | _]), do: no_table(line)

  defp no_table(line) do
    [{:problem, line, "a table starts with a header and a line such as `| --- | --- |`"}]
  end

  # For a row with `||`, or without a bar at its end, this returns no cells, so that it is rejected.
  defp cells(text) do
    with false <- String.contains?(text, "||"),
         [_, inner] <- Regex.run(~r/\A\|(.*[^\\])\| *\z/, text) do
      inner |> String.split(~r/(?<!\\)\|/) |> Enum.map(&String.trim/1)
    else
      _ -> []
    end
  end
end
