defmodule Livemd.Parser.Blocks do
  @moduledoc false
  # Turns lines into a flat list of items in file order: blocks, headings, comments, metadata and
  # problems.

  alias Livemd.{Details, Fence, Prose}
  alias Livemd.Parser.{FenceReader, ProseRules}

  @type line :: {String.t(), pos_integer()}

  @type item ::
          Prose.t()
          | Fence.t()
          | Details.t()
          | {:heading, 1..6, String.t(), pos_integer()}
          | {:comment, pos_integer()}
          | {:continue_on_error, pos_integer()}
          | problem()

  @type problem :: {:problem, pos_integer(), String.t()}

  # Bytes. Printing a block takes time quadratic in its size.
  @longest_line 4_000
  @longest_block 20_000

  # Kinds of lines that are rejected everywhere, with the reason.
  @rejected %{
    tilde: "a fence of tildes: use backticks",
    html:
      "HTML: only `<details>` and one-line comments are in this subset, each alone on its line",
    ruler: "a rule, or an underline that makes the line above a heading: use `##`",
    definition: "a link or footnote definition: Livebook loses it when it saves",
    attributes: "Livebook reads a line that starts with `{:` as an attribute list",
    long: "a line of more than #{@longest_line} bytes"
  }
  @rejected_kinds Map.keys(@rejected)

  @spec scan([line()]) :: [item()]
  def scan(lines), do: lines |> scan([]) |> nest()

  defp scan([], items), do: Enum.reverse(items)

  defp scan([{text, _line} | rest] = lines, items) do
    case kind(text) do
      :blank ->
        scan(rest, items)

      kind ->
        {new, rest} = take_block(kind, lines)
        scan(rest, Enum.reverse(new ++ separated(rest), items))
    end
  end

  # Markdown parsers disagree about blocks without a blank line between them.
  defp separated([]), do: []

  defp separated([{text, line} | _]) do
    # These kinds need no blank line, or are rejected with a better reason.
    if kind(text) in [:blank, :indented | @rejected_kinds],
      do: [],
      else: problem(line, "leave a blank line before this line")
  end

  defp problem(line, message), do: [{:problem, line, message}]

  # Returns which kind of block a line outside of a fence begins.
  defp kind(text) when byte_size(text) > @longest_line do
    if String.trim_leading(text, " ") == "", do: :blank, else: :long
  end

  defp kind("<details>"), do: :details
  defp kind("</details>"), do: :end_details
  defp kind("```" <> _), do: :fence
  defp kind("~~~" <> _), do: :tilde
  defp kind("#" <> _), do: :hash
  defp kind("<!--" <> _), do: :comment
  defp kind("<" <> _), do: :html
  defp kind("|" <> _), do: :table
  defp kind(">" <> _), do: :quote
  defp kind("{:" <> _), do: :attributes

  defp kind(text) do
    cond do
      text =~ ~r/\A *\z/ -> :blank
      text =~ ~r/\A\s/u -> :indented
      # Tested before lists: a line of markers only is a rule, or underlines a heading.
      text =~ ~r/\A[-=*_+][-=*_+ ]*\z/ -> :ruler
      text =~ ~r/\A([-*+]|\d{1,9}[.)])\s/ -> :list
      text =~ ~r/\A\[[^\]]*\]:/ -> :definition
      true -> :text
    end
  end

  # Returns the items of the block that the lines begin with, and the lines after it.
  defp take_block(:fence, lines), do: FenceReader.take(lines)
  defp take_block(:details, [{_, line} | rest]), do: details(rest, line)
  defp take_block(:end_details, [{_, line} | rest]), do: {[{:end_details, line}], rest}
  defp take_block(:comment, [{text, line} | rest]), do: {[comment(text, line)], rest}
  defp take_block(:hash, [{text, line} | rest]), do: {heading(text, line), rest}
  defp take_block(:text, lines), do: prose(:paragraph, lines, :text)
  defp take_block(kind, lines) when kind in [:table, :quote], do: prose(kind, lines, kind)

  defp take_block(:list, lines) do
    {taken, rest} = list(lines, [])
    {prose(:list, taken), rest}
  end

  defp take_block(:indented, [{text, line} | rest]), do: {problem(line, indented(text)), rest}

  defp take_block(kind, [{_, line} | rest]),
    do: {problem(line, Map.fetch!(@rejected, kind)), rest}

  defp indented(text) do
    case kind(String.trim_leading(text)) do
      kind when kind in [:fence, :tilde] -> "an indented fence: start it at the margin"
      :hash -> "an indented heading: start it at the margin"
      _ -> "an indented line outside of a list: start it at the margin"
    end
  end

  # Livebook compares its metadata byte for byte.
  defp comment(~s(<!-- livebook:{"continue_on_error":true} -->), line),
    do: {:continue_on_error, line}

  defp comment(text, line) do
    cond do
      not String.contains?(text, "-->") -> {:problem, line, "a comment over several lines"}
      not String.ends_with?(text, "-->") -> {:problem, line, "text after `-->`"}
      text =~ ~r/<!--.*(<!--|-->.*-->)/ -> {:problem, line, "more than one comment on the line"}
      text =~ ~r/livebook\s*:/i -> {:problem, line, metadata(text)}
      true -> {:comment, line}
    end
  end

  @metadata [
    {"output", "an output: save the notebook without outputs"},
    {"livebook_object", "a smart cell or an input: write it as code"},
    {"stamp", "a stamp: it is void once the file is edited; remove it"},
    {"branch_parent_index", "a branching section: this subset has one flow; remove the comment"},
    {"force_markdown", "force_markdown: mark the fence as `text`"},
    {"reevaluate_automatically", "reevaluate_automatically: remove the comment"},
    {"continue_on_error",
     "write the comment byte for byte as `<!-- livebook:{\"continue_on_error\":true} -->`"}
  ]

  defp metadata(text) do
    Enum.find_value(
      @metadata,
      "metadata outside of this subset: Livebook drops unknown keys when it saves; remove it",
      fn {key, message} -> if String.contains?(text, ~s("#{key}")), do: message end
    )
  end

  defp heading(text, line) do
    case Regex.run(~r/\A(\#{1,6}) (\S.*)\z/, text) do
      [_, marks, name] ->
        name = String.trim_trailing(name, " ")
        [{:heading, byte_size(marks), name, line} | heading_problems(name, line)]

      nil ->
        problem(line, "a heading is one to six `#`, one space and a name")
    end
  end

  defp heading_problems(name, line) do
    own =
      cond do
        name =~ ~r/#\z/ -> problem(line, "Livebook drops `#` at the end of a heading")
        name =~ ~r/\{:[^{}]*\}\z/ -> problem(line, "Livebook drops `{:...}` after a heading")
        name != String.trim(name) -> problem(line, "white space around the heading's name")
        true -> []
      end

    own ++ ProseRules.check(%Prose{kind: :heading, text: name, line: line})
  end

  defp prose(kind, lines, same) do
    {taken, rest} = Enum.split_while(lines, fn {text, _} -> kind(text) == same end)
    {prose(kind, taken), rest}
  end

  defp prose(kind, [{_, line} | _] = taken) do
    text = Enum.map_join(taken, "\n", &elem(&1, 0))

    if byte_size(text) > @longest_block do
      problem(line, "a #{kind} of more than #{@longest_block} bytes: split it")
    else
      prose = %Prose{kind: kind, text: text, line: line}
      [prose | ProseRules.check(prose)]
    end
  end

  # An indented line continues the list, even after a blank line.
  defp list([{text, _} = line | rest] = lines, taken) do
    case {kind(text), rest} do
      {kind, _} when kind in [:list, :indented] ->
        list(rest, [line | taken])

      {:blank, [{next, _} | _]} when taken != [] ->
        if kind(next) == :indented,
          do: list(rest, [line | taken]),
          else: {Enum.reverse(taken), lines}

      _ ->
        {Enum.reverse(taken), lines}
    end
  end

  defp list([], taken), do: {Enum.reverse(taken), []}

  defp details([{text, _line} | rest] = lines, opened) when byte_size(text) <= @longest_line do
    case Regex.run(~r/\A<summary>([^<>]*[^<>\s][^<>]*)<\/summary>\z/, text) do
      [_, summary] -> {[{:details, summary, opened} | separated(rest)], rest}
      nil -> no_summary(lines, opened, opened + 1)
    end
  end

  defp details(lines, opened), do: no_summary(lines, opened, opened)

  defp no_summary(lines, opened, line) do
    message = "after `<details>` comes the line `<summary>Text</summary>`"
    {[{:details, "", opened} | problem(line, message)], lines}
  end

  # Moves the items between `<details>` and `</details>` into the details.
  defp nest([{:details, summary, opened} | rest]) do
    {inner, rest} = Enum.split_while(rest, &inside?/1)
    {blocks, problems} = inner |> Enum.map(&inner_block/1) |> Enum.split_with(&is_struct/1)
    {unclosed, rest} = close(rest, opened)
    details = %Details{summary: summary, line: opened, blocks: blocks}
    [details | problems ++ unclosed ++ nest(rest)]
  end

  defp nest([{:end_details, line} | rest]),
    do: problem(line, "`</details>` without `<details>`") ++ nest(rest)

  defp nest([item | rest]), do: [item | nest(rest)]
  defp nest([]), do: []

  # A section heading inside details means that `</details>` was forgotten.
  defp inside?({:heading, level, _, _}), do: level > 2
  defp inside?(item), do: not match?({:end_details, _}, item)

  defp close([{:end_details, _} | rest], _opened), do: {[], rest}
  defp close(rest, opened), do: {problem(opened, "`<details>` is never closed"), rest}

  defp inner_block({:details, _, line}), do: {:problem, line, "`<details>` within another"}
  defp inner_block({:heading, _, _, line}), do: not_in_details(line)

  defp inner_block({kind, line}) when kind in [:comment, :continue_on_error],
    do: not_in_details(line)

  defp inner_block(block_or_problem), do: block_or_problem

  defp not_in_details(line),
    do: {:problem, line, "no heading, comment or metadata within `<details>`"}
end
