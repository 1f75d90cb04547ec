defmodule Livemd.Parser.Comment do
  @moduledoc false
  # A comment stands alone on its line. Livebook's metadata are comments of which each byte counts.

  @type item ::
          {:comment, pos_integer()}
          | {:metadata, metadata(), pos_integer()}
          | {:problem, pos_integer(), String.t()}

  @type metadata ::
          :continue_on_error
          | :reevaluate_automatically
          | :force_markdown
          | {:branch_parent_index, non_neg_integer()}

  @spec read(String.t(), pos_integer()) :: item()
  def read(~s(<!-- livebook:{"continue_on_error":true} -->), line) do
    {:metadata, :continue_on_error, line}
  end

  def read(~s(<!-- livebook:{"reevaluate_automatically":true} -->), line) do
    {:metadata, :reevaluate_automatically, line}
  end

  def read(~s(<!-- livebook:{"force_markdown":true} -->), line) do
    {:metadata, :force_markdown, line}
  end

  def read(text, line) do
    branch = ~r/\A<!-- livebook:\{"branch_parent_index":(0|[1-9]\d{0,5})\} -->\z/

    case Regex.run(branch, text) do
      [_, index] -> {:metadata, {:branch_parent_index, String.to_integer(index)}, line}
      nil -> other(text, line)
    end
  end

  defp other(text, line) do
    cond do
      not String.contains?(text, "-->") ->
        {:problem, line, "a comment over several lines: keep it on one"}

      not (text =~ ~r/\A<!--.*-->\z/) ->
        {:problem, line, "text after `-->`: Livebook reads on to the next `-->`"}

      text =~ ~r/<!--.*(<!--|-->.*-->)/ ->
        {:problem, line, "more than one comment on the line"}

      text =~ ~r/livebook\s*:/i ->
        {:problem, line, metadata_message(text)}

      true ->
        {:comment, line}
    end
  end

  defp metadata_message(text) do
    cond do
      text =~ ~r/"output"/ ->
        "an output: save the notebook without outputs"

      text =~ ~r/"livebook_object"/ ->
        "a smart cell or an input: write it as code"

      text =~ ~r/"(stamp|offset)"/ ->
        "a stamp: it is void once the file is edited; remove it"

      text =~
          ~r/"(continue_on_error|reevaluate_automatically|force_markdown|branch_parent_index)"/ ->
        "not a known metadata comment, byte for byte: " <>
          ~s(write it as in `<!-- livebook:{"continue_on_error":true} -->`, one key a comment)

      true ->
        "metadata outside of this subset: Livebook drops unknown keys when it saves, " <>
          "and keeps settings that this engine does not follow"
    end
  end
end
