defmodule Livemd.Parser.Blocks do
  @moduledoc false
  # Lines to a flat list of items: blocks, headings, comments, metadata and problems, in order.

  alias Livemd.{Details, Prose}
  alias Livemd.Parser.{Comment, FenceReader, Line, ProseRules, Source}

  @type item ::
          Livemd.block()
          | {:heading, 1..6, String.t(), pos_integer()}
          | Comment.item()

  @spec scan([Source.line()]) :: [item()]
  def scan(lines), do: scan(lines, [])

  defp scan([], items), do: Enum.reverse(items)

  defp scan([{text, line} | rest] = lines, items) do
    case Line.kind(text) do
      :blank ->
        scan(rest, items)

      :details ->
        {new, rest} = details(rest, line)
        next(rest, new, items)

      :end_details ->
        next(rest, [{:problem, line, "`</details>` closes nothing"}], items)

      kind ->
        {new, rest} = block(kind, lines)
        next(rest, new, items)
    end
  end

  defp next(rest, new, items) do
    scan(rest, Enum.reverse(new ++ separated(rest), items))
  end

  # Blocks that touch are read differently by each Markdown parser.
  defp separated([]), do: []

  defp separated([{text, line} | _]) do
    # The others are refused anyhow, and say more.
    if Line.kind(text) in [:blank, :ruler, :html, :attributes, :definition, :tilde, :indented] do
      []
    else
      [{:problem, line, "leave a blank line before this one"}]
    end
  end

  defp block(:fence, lines), do: FenceReader.take(lines)
  defp block(:comment, [{text, line} | rest]), do: {[Comment.read(text, line)], rest}
  defp block(:hash, [{text, line} | rest]), do: {heading(text, line), rest}
  defp block(:text, lines), do: prose(:paragraph, lines, &(&1 == :text))
  defp block(:table, lines), do: prose(:table, lines, &(&1 == :table))
  defp block(:quote, lines), do: prose(:quote, lines, &(&1 == :quote))

  defp block(:list, lines) do
    {taken, rest} = list(lines, [])
    {prose_items(:list, taken), rest}
  end

  defp block(:tilde, [{_, line} | rest]) do
    {[{:problem, line, "a fence of tildes: use backticks"}], rest}
  end

  defp block(:html, [{_, line} | rest]) do
    message =
      "HTML: only `<details>` and one-line comments are in this subset, each alone on its line"

    {[{:problem, line, message}], rest}
  end

  defp block(:ruler, [{_, line} | rest]) do
    message = "a rule, or an underline that makes the line above a heading: use `##`"
    {[{:problem, line, message}], rest}
  end

  defp block(:definition, [{_, line} | rest]) do
    {[{:problem, line, "a link or footnote definition: Livebook loses it on load"}], rest}
  end

  defp block(:attributes, [{_, line} | rest]) do
    {[{:problem, line, "a line that starts with `{:` is an attribute list to Livebook"}], rest}
  end

  defp block(:indented, [{text, line} | rest]), do: {[{:problem, line, indented(text)}], rest}

  defp indented(text) do
    case Line.kind(String.trim_leading(text)) do
      kind when kind in [:fence, :tilde] -> "an indented fence: start it at the margin"
      :hash -> "an indented heading: start it at the margin"
      _ -> "an indented line outside of a list: start it at the margin"
    end
  end

  defp heading(text, line) do
    case Regex.run(~r/\A(\#{1,6}) (\S.*?) *\z/, text) do
      [_, marks, name] ->
        [{:heading, byte_size(marks), name, line} | heading_problems(name, line)]

      nil ->
        [{:problem, line, "a heading is one to six `#`, one space and a name"}]
    end
  end

  defp heading_problems(name, line) do
    own =
      cond do
        name =~ ~r/#\z/ -> [{:problem, line, "Livebook drops `#` at the end of a heading"}]
        name =~ ~r/\{:[^}]*\}\z/ -> [{:problem, line, "Livebook drops `{:...}` after a heading"}]
        name != String.trim(name) -> [{:problem, line, "white space around the heading's name"}]
        true -> []
      end

    own ++ ProseRules.check(%Prose{kind: :heading, text: name, line: line})
  end

  defp prose(kind, lines, same?) do
    {taken, rest} = Enum.split_while(lines, fn {text, _} -> same?.(Line.kind(text)) end)
    {prose_items(kind, taken), rest}
  end

  defp prose_items(kind, [{_, line} | _] = taken) do
    prose = %Prose{kind: kind, text: Enum.map_join(taken, "\n", &elem(&1, 0)), line: line}
    [prose | ProseRules.check(prose)]
  end

  # An indented line goes on with the list, after a blank line too.
  defp list([{text, _} = line | rest] = lines, taken) do
    case {Line.kind(text), rest} do
      {kind, _} when kind in [:list, :indented] ->
        list(rest, [line | taken])

      {:blank, [{next, _} | _]} when taken != [] ->
        if Line.kind(next) == :indented,
          do: list(rest, [line | taken]),
          else: {Enum.reverse(taken), lines}

      _ ->
        {Enum.reverse(taken), lines}
    end
  end

  defp list([], taken), do: {Enum.reverse(taken), []}

  defp details(lines, opened) do
    {summary, summary_problems, lines} = summary(lines, opened)
    {items, rest, end_problems} = details_items(lines, opened, [])
    {problems, blocks} = Enum.split_with(items, &match?({:problem, _, _}, &1))
    details = %Details{summary: summary, line: opened, blocks: blocks}
    {[details | summary_problems ++ problems ++ end_problems], rest}
  end

  defp summary([{text, line} | rest] = lines, opened) do
    case Regex.run(~r/\A<summary>([^<>]*[^<>\s][^<>]*)<\/summary>\z/, text) do
      [_, summary] -> {summary, separated(rest), rest}
      nil -> {"", [{:problem, min(line, opened + 1), no_summary()}], lines}
    end
  end

  defp summary([], opened), do: {"", [{:problem, opened, no_summary()}], []}

  defp no_summary, do: "after `<details>` comes the line `<summary>Text</summary>`"

  defp details_items([], opened, items), do: unclosed([], opened, items)

  defp details_items([{text, _} | rest] = lines, opened, items) do
    case Line.kind(text) do
      :blank ->
        details_items(rest, opened, items)

      :end_details ->
        {Enum.reverse(items), rest, []}

      kind ->
        # A section inside of details is a forgotten `</details>`.
        if kind == :hash and text =~ ~r/\A\#{1,2} / do
          unclosed([{"", opened} | lines], opened, items)
        else
          {new, rest} = inner_block(kind, lines)
          details_items(rest, opened, Enum.reverse(new ++ separated(rest), items))
        end
    end
  end

  defp unclosed(rest, opened, items) do
    {Enum.reverse(items), rest, [{:problem, opened, "`<details>` is never closed"}]}
  end

  defp inner_block(:details, [{_, line} | rest]) do
    {[{:problem, line, "`<details>` inside of another"}], rest}
  end

  defp inner_block(kind, [{_, line} | rest]) when kind in [:hash, :comment] do
    {[{:problem, line, "no heading, comment or metadata inside of `<details>`"}], rest}
  end

  defp inner_block(kind, lines), do: block(kind, lines)
end
