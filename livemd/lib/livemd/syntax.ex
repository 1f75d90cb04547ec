defmodule Livemd.Syntax do
  @moduledoc """
  Finds the assertions and variables in a cell's code without evaluating it.

  Macros are not expanded, so variables and assertions inside their expansion are not found.
  """

  @type names :: MapSet.t(atom())

  @functions [:def, :defp, :defmacro, :defmacrop]
  @definitions @functions ++ [:defguard, :defguardp, :defdelegate, :quote]
  @blocks [:do, :else, :rescue, :catch, :after]

  @doc """
  Counts the calls of `assert`, `assert_...`, `refute` and `refute_...`. Returns 0 for code with a
  syntax error.

      iex> Livemd.Syntax.assertions("assert 1 == 1\\nrefute_received :no")
      2
  """
  @spec assertions(String.t()) :: non_neg_integer()
  def assertions(code), do: code |> parse() |> Macro.prewalk(0, &assertion/2) |> elem(1)

  # The head of a definition looks like a call.
  defp assertion({definition, meta, [_head | body]}, count) when definition in @functions do
    {{definition, meta, body}, count}
  end

  defp assertion({{:., _, [_, name]}, _, args} = node, count)
       when is_atom(name) and is_list(args) do
    {node, count + one(name)}
  end

  defp assertion({name, _, args} = node, count) when is_atom(name) and is_list(args) do
    {node, count + one(name)}
  end

  defp assertion(node, count), do: {node, count}

  defp one(name), do: if(Atom.to_string(name) =~ ~r/\A(assert|refute)(_|\z)/, do: 1, else: 0)

  @doc """
  Returns the line of the code's last expression if that is a bare assertion, whose value says no more
  than that it holds: `refute ...`, and `assert ...` of anything but a match. Returns `nil` otherwise.

      iex> Livemd.Syntax.ends_in_assertion("x = 1\\nassert x == 1")
      2
      iex> Livemd.Syntax.ends_in_assertion("assert {:ok, value} = fetch()")
      nil
  """
  @spec ends_in_assertion(String.t()) :: pos_integer() | nil
  def ends_in_assertion(code) do
    last =
      case parse(code) do
        {:__block__, _, expressions} -> List.last(expressions)
        expression -> expression
      end

    case last do
      {:assert, _, [{:=, _, _} | _]} -> nil
      {name, meta, [_ | _]} when name in [:assert, :refute] -> meta[:line]
      _other -> nil
    end
  end

  @doc """
  Returns the variables that the code reads from the code before it, and those that it binds for
  the code after it.

      iex> {free, bound} = Livemd.Syntax.variables("y = x; Enum.map(y, fn z -> z end)")
      iex> {Enum.to_list(free), Enum.to_list(bound)}
      {[:x], [:y]}
  """
  @spec variables(String.t()) :: {free :: names(), bound :: names()}
  def variables(code), do: code |> parse() |> walk({MapSet.new(), MapSet.new()})

  defp parse(code) do
    case Code.string_to_quoted(code) do
      {:ok, quoted} -> quoted
      {:error, _} -> nil
    end
  end

  # The accumulator holds the names read from outside and those bound so far.
  defp walk({:=, _, [pattern, expression]}, acc), do: expression |> walk(acc) |> bind(pattern)
  defp walk({:<-, _, [pattern, expression]}, acc), do: expression |> walk(acc) |> bind(pattern)
  defp walk({:->, _, [head, body]}, acc), do: scoped(acc, &walk(body, bind(&1, head)))
  defp walk({:fn, _, clauses}, acc), do: Enum.reduce(clauses, acc, &walk/2)

  defp walk({name, _, args}, acc) when name in [:for, :with] and is_list(args) do
    scoped(acc, &walk(args, &1))
  end

  defp walk({name, _, args}, acc) when name in @definitions and is_list(args), do: acc
  defp walk({:^, _, [variable]}, acc), do: walk(variable, acc)
  defp walk({name, _, context}, acc) when is_atom(name) and is_atom(context), do: read(acc, name)

  # The type of a segment and the name of an attribute look like variables.
  defp walk({:"::", _, [value, _type]}, acc), do: walk(value, acc)

  defp walk({:@, _, [{_name, _, args}]}, acc),
    do: if(is_list(args), do: walk(args, acc), else: acc)

  defp walk({:match?, _, [pattern, expression]}, acc) do
    scoped(walk(expression, acc), &bind(&1, pattern))
  end

  defp walk({call, _, args}, acc) when is_list(args), do: walk(args, walk(call, acc))

  defp walk({key, body}, acc) when key in @blocks, do: scoped(acc, &walk(body, &1))
  defp walk({left, right}, acc), do: walk(right, walk(left, acc))
  defp walk(list, acc) when is_list(list), do: Enum.reduce(list, acc, &walk/2)
  defp walk(_literal, acc), do: acc

  # A variable that is bound in a scope is not bound after it.
  defp scoped({_, bound} = acc, fun) do
    {free, _} = fun.(acc)
    {free, bound}
  end

  defp read({free, bound} = acc, name) do
    if name in bound or special?(name), do: acc, else: {MapSet.put(free, name), bound}
  end

  # A guard reads variables and binds none.
  defp bind(acc, [{:when, _, parts}]), do: guarded(acc, parts)
  defp bind(acc, {:when, _, parts}), do: guarded(acc, parts)

  defp bind(acc, pattern) do
    {pinned, names} = pattern_names(pattern)
    {free, bound} = Enum.reduce(pinned, acc, &read(&2, &1))
    {free, MapSet.union(bound, MapSet.new(names))}
  end

  defp guarded(acc, parts) do
    {guard, patterns} = List.pop_at(parts, -1)
    walk(guard, bind(acc, patterns))
  end

  defp pattern_names(pattern) do
    {_, found} = Macro.prewalk(pattern, {[], []}, &pattern_node/2)
    found
  end

  defp pattern_node({:^, _, [{name, _, context}]}, {pinned, names}) when is_atom(context) do
    {nil, {[name | pinned], names}}
  end

  # The type of a segment, as in `<<a::binary-size(n)>>`, binds nothing.
  defp pattern_node({:"::", _, [value, _type]}, found), do: {value, found}

  defp pattern_node({name, _, context} = node, {pinned, names})
       when is_atom(name) and is_atom(context) do
    names = if special?(name), do: names, else: [name | names]
    {node, {pinned, names}}
  end

  defp pattern_node(node, found), do: {node, found}

  defp special?(name), do: name |> Atom.to_string() |> String.starts_with?("_")
end
