defmodule Livemd.LineTracker do
  @moduledoc """
  Records which line of a cell is being evaluated.

  Evaluated code does not appear in a stacktrace. So a call that records the line is inserted before
  each top-level expression of a cell. The lines are stored outside of the evaluating process, so that
  they can be read when that process was killed or doesn't return.
  """

  @opaque t :: :atomics.atomics_ref()

  @typedoc "The key of a cell, and a line of its file."
  @type place :: {key :: non_neg_integer(), pos_integer()}

  # Indices of the counters: the current cell and line, then the cell and line of a function that the
  # current cell has called in an earlier one. Line 0 means none.
  @cell 1
  @line 2
  @other_cell 3
  @other_line 4

  @doc "Returns a tracker without recorded lines."
  @spec new() :: t()
  def new, do: :atomics.new(4, signed: false)

  @doc "Clears the tracker for the cell with that key, which the calling process is about to evaluate."
  @spec reset(t(), non_neg_integer()) :: :ok
  def reset(tracker, key) do
    Process.put(__MODULE__, tracker)
    :atomics.put(tracker, @cell, key)
    :atomics.put(tracker, @line, 0)
    :atomics.put(tracker, @other_line, 0)
  end

  @doc "Returns the recorded places, the innermost first."
  @spec places(t()) :: [place()]
  def places(tracker) do
    for {cell, line} <- [{@other_cell, @other_line}, {@cell, @line}],
        noted = :atomics.get(tracker, line),
        noted > 0,
        do: {:atomics.get(tracker, cell), noted}
  end

  @doc "Records a line. Tracked code calls this function."
  @spec note(t() | nil, non_neg_integer(), pos_integer()) :: :ok
  def note(nil, _key, _line), do: :ok

  def note(tracker, key, line) do
    if :atomics.get(tracker, @cell) == key do
      :atomics.put(tracker, @other_line, 0)
      :atomics.put(tracker, @line, line)
    else
      :atomics.put(tracker, @other_cell, key)
      :atomics.put(tracker, @other_line, line)
    end
  end

  @doc "Returns the binding that tracked code needs: a variable that cells can't name."
  @spec binding(t()) :: [{{atom(), module()}, t()}]
  def binding(tracker), do: [{{:tracker, __MODULE__}, tracker}]

  @doc "Returns the calling process's tracker, or `nil` in a process that a cell has started."
  @spec current() :: t() | nil
  def current, do: Process.get(__MODULE__)

  @doc "Inserts a call of `note/3` before each top-level expression."
  @spec track(Macro.t(), non_neg_integer()) :: Macro.t()
  def track(quoted, key), do: body(quoted, {variable(), key})

  @doc "Does the same before each expression in the body of a function, too."
  @spec track_functions(Macro.t(), non_neg_integer()) :: Macro.t()
  def track_functions(quoted, key) do
    from = {variable(), key}
    quoted |> functions(from) |> body(from)
  end

  # An anonymous function closes over this variable, so that it works in other processes, too.
  defp variable, do: Macro.var(:tracker, __MODULE__)

  defp body({:__block__, _, []} = empty, _from), do: empty

  defp body({:__block__, meta, expressions}, from),
    do: {:__block__, meta, Enum.flat_map(expressions, &noted(&1, from))}

  defp body(expression, from), do: {:__block__, [], noted(expression, from)}

  # Quoted code, and code that a failed assertion prints, must not change.
  defp functions({name, _, _} = node, _from) when name in [:quote, :assert, :refute], do: node

  # A module's functions can't close over the variable, so they read the process dictionary.
  defp functions({:defmodule, meta, args}, {_variable, key}) do
    {:defmodule, meta, functions(args, {quote(do: unquote(__MODULE__).current()), key})}
  end

  defp functions({:fn, meta, clauses}, from) do
    {:fn, meta,
     for {:->, meta, [head, expressions]} <- clauses do
       {:->, meta, [head, expressions |> functions(from) |> body(from)]}
     end}
  end

  # A NIF library may recognize a stub by its body, so that must not change.
  defp functions({name, _, [_, [do: {{:., _, [:erlang, :nif_error]}, _, _}]]} = stub, _from)
       when name in [:def, :defp],
       do: stub

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

  defp noted(expression, {tracker, key}) do
    if line = first_line(expression) do
      note = quote do: unquote(__MODULE__).note(unquote(tracker), unquote(key), unquote(line))
      [note, expression]
    else
      [expression]
    end
  end

  # The smallest: in `a |> b`, the line of the operator comes before the lines of its operands.
  defp first_line(expression) do
    nodes = Macro.prewalker(expression)
    lines = for {_, meta, _} when is_list(meta) <- nodes, line = meta[:line], do: line
    Enum.min(lines, fn -> nil end)
  end
end
