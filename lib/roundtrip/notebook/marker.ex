defmodule Roundtrip.Notebook.Marker do
  @moduledoc false
  # Elixir 1.14 leaves evaluated code out of its stacktraces. So each top-level expression of a cell
  # is preceded by a note of its line, to name the line of one that fails.

  @spec mark(Macro.t()) :: Macro.t()
  def mark({:__block__, _, []} = empty), do: empty

  def mark({:__block__, meta, expressions}),
    do: {:__block__, meta, Enum.flat_map(expressions, &noted/1)}

  def mark(expression), do: {:__block__, [], noted(expression)}

  @doc "Forgets the last note; the key itself stays in the process dictionary."
  @spec reset() :: :ok
  def reset do
    Process.put(__MODULE__, nil)
    :ok
  end

  @spec line() :: pos_integer() | nil
  def line, do: Process.get(__MODULE__)

  defp noted(expression) do
    case first_line(expression) do
      nil -> [expression]
      line -> [quote(do: :erlang.put(unquote(__MODULE__), unquote(line))), expression]
    end
  end

  # The smallest: in `a |> b`, the line of the operator comes before the lines of its operands.
  defp first_line(expression) do
    {_, line} = Macro.prewalk(expression, nil, fn node, line -> {node, earlier(node, line)} end)
    line
  end

  defp earlier({_, meta, _}, line) when is_list(meta) do
    case Keyword.get(meta, :line) do
      nil -> line
      own -> min(own, line)
    end
  end

  defp earlier(_, line), do: line
end
