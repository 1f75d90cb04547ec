defmodule Livemd.Terminal.List do
  @moduledoc "Takes a Markdown list apart into items, whatever is nested in them."

  alias Livemd.Terminal.Markdown

  @typedoc "What stands before an item, such as `•` or ` 2.`, and the item's own Markdown."
  @type item :: {String.t(), String.t()}

  @doc "The items of the list, and whether blank lines stand between them."
  @spec items(String.t()) :: {[item()], loose? :: boolean()}
  def items(text) do
    items = text |> String.split("\n") |> Enum.reduce([], &add/2) |> Enum.reverse()
    {label(items), Enum.any?(Enum.drop(items, -1), &loose?/1)}
  end

  # An item is {marker, columns up to its text, its lines in reverse}.
  defp add(line, items) do
    case {Markdown.item(line), items} do
      {{indent, marker, text}, []} ->
        [item(indent, marker, text)]

      {{indent, marker, text}, [{_marker, column, _lines} | _]} when indent < column ->
        [item(indent, marker, text) | items]

      {_inside, [{marker, column, lines} | rest]} ->
        [{marker, column, [Markdown.undent(line, column) | lines]} | rest]
    end
  end

  defp item(indent, marker, text), do: {marker, indent + String.length(marker) + 1, [text]}

  defp loose?({_marker, _column, ["" | _lines]}), do: true
  defp loose?(_item), do: false

  # Markdown numbers on from the first item, whatever the others say.
  defp label([{first, _column, _lines} | _] = items) do
    numbers =
      case Integer.parse(first) do
        {start, _mark} -> for index <- 1..length(items), do: "#{start + index - 1}."
        :error -> List.duplicate("•", length(items))
      end

    widest = numbers |> Enum.map(&String.length/1) |> Enum.max()

    for {{_marker, _column, lines}, number} <- Enum.zip(items, numbers) do
      {String.pad_leading(number, widest), lines |> Enum.reverse() |> Enum.join("\n")}
    end
  end
end
