defmodule Roundtrip.Notebook.Marker do
  @moduledoc false
  # Evaluated code is not in stacktraces. So each top-level expression of a cell is preceded by a
  # note of its line, to name the line of one that fails. The notes lie outside of the process that
  # makes them: one that was killed, or that never comes to an end, still says where.

  @opaque t :: :atomics.atomics_ref()

  @typedoc "The key of a cell, and a line of its file."
  @type place :: {key :: non_neg_integer(), pos_integer()}

  # The cell that is evaluated, the line it has come to, and where in the code of an earlier cell,
  # called from there, it is. A line of 0 is none.
  @cell 1
  @line 2
  @other_cell 3
  @other_line 4

  @spec new() :: t()
  def new, do: :atomics.new(4, signed: false)

  @doc "Lets the calling process make its notes there."
  @spec attach(t()) :: :ok
  def attach(marker) do
    Process.put(__MODULE__, marker)
    :ok
  end

  @doc "Forgets the notes: the calling process now evaluates the cell of that key."
  @spec reset(non_neg_integer()) :: :ok
  def reset(key) do
    marker = Process.get(__MODULE__)
    :atomics.put(marker, @cell, key)
    :atomics.put(marker, @line, 0)
    :atomics.put(marker, @other_line, 0)
  end

  @doc "Where the evaluation has come to, the innermost place first."
  @spec places(t()) :: [place()]
  def places(marker \\ Process.get(__MODULE__)) do
    for {cell, line} <- [{@other_cell, @other_line}, {@cell, @line}],
        line = :atomics.get(marker, line),
        line > 0,
        do: {:atomics.get(marker, cell), line}
  end

  @doc "Called by marked code; a process that was started by it keeps no notes."
  @spec note(non_neg_integer(), pos_integer()) :: :ok
  def note(key, line) do
    case Process.get(__MODULE__) do
      nil -> :ok
      marker -> note(marker, key, line)
    end
  end

  defp note(marker, key, line) do
    if :atomics.get(marker, @cell) == key do
      :atomics.put(marker, @other_line, 0)
      :atomics.put(marker, @line, line)
    else
      :atomics.put(marker, @other_cell, key)
      :atomics.put(marker, @other_line, line)
    end
  end

  @doc "Puts a note before each top-level expression."
  @spec mark(Macro.t(), non_neg_integer()) :: Macro.t()
  def mark({:__block__, _, []} = empty, _key), do: empty

  def mark({:__block__, meta, expressions}, key),
    do: {:__block__, meta, Enum.flat_map(expressions, &noted(&1, key))}

  def mark(expression, key), do: {:__block__, [], noted(expression, key)}

  @doc "Puts a note before each expression of a function's body, too."
  @spec mark_functions(Macro.t(), non_neg_integer()) :: Macro.t()
  def mark_functions(quoted, key), do: quoted |> functions(key) |> mark(key)

  # What is quoted, or quoted back by a failed assertion, stays as it was written.
  defp functions({name, _, _} = node, _key) when name in [:quote, :assert, :refute], do: node

  defp functions({:fn, meta, clauses}, key) do
    {:fn, meta,
     for({:->, meta, [head, body]} <- clauses, do: {:->, meta, [head, mark_functions(body, key)]})}
  end

  defp functions({name, meta, [head, [{:do, body} | rest]]}, key) when name in [:def, :defp] do
    {name, meta, [head, [{:do, mark_functions(body, key)} | rest]]}
  end

  defp functions({form, meta, args}, key) when is_list(args) do
    {functions(form, key), meta, functions(args, key)}
  end

  defp functions({left, right}, key), do: {functions(left, key), functions(right, key)}
  defp functions(list, key) when is_list(list), do: Enum.map(list, &functions(&1, key))
  defp functions(other, _key), do: other

  defp noted(expression, key) do
    case first_line(expression) do
      nil -> [expression]
      line -> [quote(do: unquote(__MODULE__).note(unquote(key), unquote(line))), expression]
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
