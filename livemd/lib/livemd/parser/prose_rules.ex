defmodule Livemd.Parser.ProseRules do
  @moduledoc false
  # What a line of prose must not hold, since Livebook would read it, or the lines after it, otherwise.

  alias Livemd.Prose

  @spec check(Prose.t()) :: [{:problem, pos_integer(), String.t()}]
  def check(%Prose{text: text, line: first} = prose) do
    lines = text |> String.split("\n") |> Enum.with_index(first)
    Enum.flat_map(lines, &line(&1, prose.kind)) ++ block(prose.kind, lines)
  end

  @spec code_span_open?(String.t()) :: boolean()
  def code_span_open?(text), do: spans(runs(text), nil) != nil

  defp line({text, number}, kind) do
    for message <- anywhere(text) ++ nested(kind, text), do: {:problem, number, message}
  end

  defp anywhere(text) do
    cond do
      String.contains?(text, "\t") ->
        ["a tab: Livebook expands it; use spaces"]

      text =~ ~r/```|~~~/ ->
        ["``` or ~~~ outside of a fence: a fence starts at the margin, after a blank line"]

      String.contains?(text, "<!--") ->
        ["a comment stands alone on its line, at the margin"]

      text =~ ~r/\\`/ ->
        ["a backslash before a backtick: put the text into a code span of two backticks"]

      code_span_open?(text) ->
        ["a code span that does not end on its line: Livebook may swallow what follows"]

      true ->
        []
    end
  end

  # Inside of lists and quotes the same traps hide behind the marker.
  defp nested(kind, text) when kind in [:list, :quote] do
    inner = String.replace(text, ~r/\A(\s*([-*+]|\d{1,9}[.)]|>)(?=\s|\z))*\s*/, "")

    cond do
      inner =~ ~r/\A<(?!(https?|mailto):)/ -> ["HTML in a #{kind}"]
      inner =~ ~r/\A\[[^\]]*\]:/ -> ["a link or footnote definition: Livebook loses it on load"]
      inner =~ ~r/\A\#{1,6}\s/ -> ["a heading in a #{kind}"]
      inner =~ ~r/\A([-=*_] ?)+\z/ -> ["a rule or an underline in a #{kind}"]
      inner =~ ~r/\{:[^}]*\}\s*\z/ -> ["an attribute list: Livebook takes it off the text"]
      true -> []
    end
  end

  defp nested(_kind, _text), do: []

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

  # Deeper lines belong to the last item at the margin: `{the marker's last sign, its width}`.
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
      [{:problem, number, "a line that goes on with a list's item: indent it by #{width} spaces"}]
    end
  end

  # `1.` and `2.` go on with one another, `1.` and `1)` do not.
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

  # A row with `||`, or that does not end with a bar, counts as one of no cells, to be refused.
  defp cells(text) do
    with false <- String.contains?(text, "||"),
         [_, inner] <- Regex.run(~r/\A\|(.*[^\\])\| *\z/, text) do
      inner |> String.split(~r/(?<!\\)\|/) |> Enum.map(&String.trim/1)
    else
      _ -> []
    end
  end

  defp runs(text), do: for([run] <- Regex.scan(~r/`+/, text), do: byte_size(run))

  defp spans([], open), do: open
  defp spans([run | rest], nil), do: spans(rest, run)
  defp spans([run | rest], run), do: spans(rest, nil)
  defp spans([_ | rest], open), do: spans(rest, open)
end
