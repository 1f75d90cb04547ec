defmodule Livemd.Marker do
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
    marker = current()
    :atomics.put(marker, @cell, key)
    :atomics.put(marker, @line, 0)
    :atomics.put(marker, @other_line, 0)
  end

  @doc "Where the evaluation has come to, the innermost place first."
  @spec places(t()) :: [place()]
  def places(marker \\ current()) do
    for {cell, line} <- [{@other_cell, @other_line}, {@cell, @line}],
        line = :atomics.get(marker, line),
        line > 0,
        do: {:atomics.get(marker, cell), line}
  end

  @doc "Called by marked code."
  @spec note(t() | nil, non_neg_integer(), pos_integer()) :: :ok
  def note(nil, _key, _line), do: :ok

  def note(marker, key, line) do
    if :atomics.get(marker, @cell) == key do
      :atomics.put(marker, @other_line, 0)
      :atomics.put(marker, @line, line)
    else
      :atomics.put(marker, @other_cell, key)
      :atomics.put(marker, @other_line, line)
    end
  end

  @doc "What marked code finds its marker in; no cell can name the variable."
  @spec binding() :: [{{atom(), module()}, t()}]
  def binding, do: [{{:marker, __MODULE__}, current()}]

  @doc "The marker of the calling process; one that was started by a cell has none."
  @spec current() :: t() | nil
  def current, do: Process.get(__MODULE__)

  @doc "Puts a note before each top-level expression."
  @spec mark(Macro.t(), non_neg_integer()) :: Macro.t()
  def mark(quoted, key), do: body(quoted, {variable(), key})

  @doc "Puts a note before each expression of a function's body, too."
  @spec mark_functions(Macro.t(), non_neg_integer()) :: Macro.t()
  def mark_functions(quoted, key) do
    from = {variable(), key}
    quoted |> functions(from) |> body(from)
  end

  # It is closed over, and so goes with a function into another process.
  defp variable, do: Macro.var(:marker, __MODULE__)

  defp body({:__block__, _, []} = empty, _from), do: empty

  defp body({:__block__, meta, expressions}, from),
    do: {:__block__, meta, Enum.flat_map(expressions, &noted(&1, from))}

  defp body(expression, from), do: {:__block__, [], noted(expression, from)}

  # What is quoted, or quoted back by a failed assertion, stays as it was written.
  defp functions({name, _, _} = node, _from) when name in [:quote, :assert, :refute], do: node

  # A module's functions close over nothing.
  defp functions({:defmodule, meta, args}, {_variable, key}) do
    {:defmodule, meta, functions(args, {quote(do: unquote(__MODULE__).current()), key})}
  end

  defp functions({:fn, meta, clauses}, from) do
    {:fn, meta,
     for {:->, meta, [head, expressions]} <- clauses do
       {:->, meta, [head, expressions |> functions(from) |> body(from)]}
     end}
  end

  defp functions({name, meta, [head, [{:do, expressions} | rest]]}, from)
       when name in [:def, :defp] do
    {name, meta, [head, [{:do, expressions |> functions(from) |> body(from)} | rest]]}
  end

  defp functions({form, meta, args}, from) when is_list(args) do
    {functions(form, from), meta, functions(args, from)}
  end

  defp functions({left, right}, from), do: {functions(left, from), functions(right, from)}
  defp functions(list, from) when is_list(list), do: Enum.map(list, &functions(&1, from))
  defp functions(other, _from), do: other

  defp noted(expression, {marker, key}) do
    case first_line(expression) do
      nil ->
        [expression]

      line ->
        note = quote do: unquote(__MODULE__).note(unquote(marker), unquote(key), unquote(line))
        [note, expression]
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
