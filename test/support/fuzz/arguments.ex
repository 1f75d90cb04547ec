defmodule Roundtrip.Fuzz.Arguments do
  @moduledoc """
  Makes arguments for a function from its `@spec`: valid ones, nearly valid ones, and any terms.

  A reference can be one of many types in Rust, and `struct()` can be any struct: each place for one is
  a slot, which the caller fills.
  """

  alias Roundtrip.Fuzz.Terms

  @typedoc "Makes an argument from what is in the slots, a tuple."
  @type generator :: (tuple() -> term())

  @type t :: %{
          generators: [generator()],
          slots: [:reference | :struct],
          makes_reference?: boolean()
        }

  @doc "Reads the spec of a function."
  @spec new(module(), atom(), arity()) :: t()
  def new(module, name, arity) do
    {:ok, specs} = Code.Typespec.fetch_specs(module)
    {_, [spec | _]} = List.keyfind(specs, {name, arity}, 0)
    {:type, _, :fun, [{:type, _, :product, arguments}, result]} = spec
    {generators, slots} = Enum.map_reduce(arguments, [], &generator(&1, module, &2))
    makes? = result |> resolve(module) |> inspect(limit: :infinity) =~ ":reference"
    %{generators: generators, slots: Enum.reverse(slots), makes_reference?: makes?}
  end

  # Follows the types of this package.
  defp resolve({:remote_type, _, [{:atom, _, module}, {:atom, _, name}, []]} = remote, _module) do
    if match?("Elixir.Roundtrip." <> _, to_string(module)),
      do: module |> type(name) |> resolve(module),
      else: remote
  end

  defp resolve({:user_type, _, name, []}, module),
    do: module |> type(name) |> resolve(module)

  defp resolve(tuple, module) when is_tuple(tuple),
    do: tuple |> Tuple.to_list() |> resolve(module) |> List.to_tuple()

  defp resolve(list, module) when is_list(list), do: Enum.map(list, &resolve(&1, module))
  defp resolve(other, _module), do: other

  @doc "Returns valid arguments, of which some may be at or beyond a bound."
  @spec valid(t(), tuple()) :: [term()]
  def valid(arguments, slots), do: for(generator <- arguments.generators, do: generator.(slots))

  @doc "Returns arguments of all kinds: valid, changed in one place or two, or random."
  @spec random(t(), tuple()) :: [term()]
  def random(%{generators: []}, _slots), do: []

  def random(arguments, slots) do
    case :rand.uniform(10) do
      n when n <= 4 -> valid(arguments, slots)
      n when n <= 7 -> arguments |> valid(slots) |> change()
      8 -> arguments |> valid(slots) |> change() |> change()
      _ -> for _ <- arguments.generators, do: Terms.any()
    end
  end

  defp change(arguments) do
    index = :rand.uniform(length(arguments)) - 1
    List.update_at(arguments, index, if(:rand.uniform(2) == 1, do: &Terms.mutate/1, else: &any/1))
  end

  defp any(_term), do: Terms.any()

  # A generator for a type, and the slots so far.

  defp generator({:ann_type, _, [_name, type]}, module, slots), do: generator(type, module, slots)

  defp generator({:user_type, _, name, []}, module, slots),
    do: module |> type(name) |> generator(module, slots)

  defp generator({:remote_type, _, [{:atom, _, String}, {:atom, _, :t}, []]}, _module, slots),
    do: {fn _ -> string() end, slots}

  defp generator(
         {:remote_type, _, [{:atom, _, :elixir}, {:atom, _, :keyword}, [type]]},
         module,
         slots
       ),
       do:
         generator(
           {:type, 0, :list, [{:type, 0, :tuple, [{:type, 0, :atom, []}, type]}]},
           module,
           slots
         )

  defp generator({:remote_type, _, [{:atom, _, module}, {:atom, _, name}, []]}, _module, slots),
    do: module |> type(name) |> generator(module, slots)

  defp generator({kind, _, value}, _module, slots) when kind in [:atom, :integer],
    do: {fn _ -> value end, slots}

  defp generator({:type, _, :union, types}, module, slots) do
    {generators, slots} = Enum.map_reduce(types, slots, &generator(&1, module, &2))
    generators = List.to_tuple(generators)
    {fn filled -> Terms.pick(generators).(filled) end, slots}
  end

  defp generator({:type, _, :range, [{_, _, low}, {_, _, high}]}, _module, slots),
    do: {fn _ -> within(low, high) end, slots}

  defp generator({:type, _, :list, [type]}, module, slots) do
    {element, slots} = generator(type, module, slots)
    {fn filled -> Terms.list(fn -> element.(filled) end) end, slots}
  end

  defp generator({:type, _, :tuple, types}, module, slots) when is_list(types) do
    {generators, slots} = Enum.map_reduce(types, slots, &generator(&1, module, &2))
    {fn filled -> List.to_tuple(for generator <- generators, do: generator.(filled)) end, slots}
  end

  # A map of any size, such as `%{term() => integer()}`.
  defp generator(
         {:type, _, :map, [{:type, _, :map_field_exact, [key, _value] = pair}]},
         module,
         slots
       )
       when elem(key, 0) != :atom do
    {pairs, slots} = generator({:type, 0, :list, [{:type, 0, :tuple, pair}]}, module, slots)
    {fn filled -> for({key, value} <- pairs.(filled), into: %{}, do: {key, value}) end, slots}
  end

  defp generator({:type, _, :map, fields}, module, slots) when is_list(fields) do
    {fields, slots} =
      Enum.map_reduce(fields, slots, fn
        {:type, _, :map_field_exact, [{:atom, _, key}, type]}, slots ->
          {generator, slots} = generator(type, module, slots)
          {{key, generator}, slots}

        {:type, _, :map_field_assoc, _}, slots ->
          {nil, slots}
      end)

    if nil in fields, do: slot(:struct, slots), else: {&map(fields, &1), slots}
  end

  defp generator({:type, _, :reference, []}, _module, slots), do: slot(:reference, slots)
  defp generator({:type, _, name, _}, _module, slots), do: {fn _ -> plain(name) end, slots}

  defp slot(kind, slots) do
    index = length(slots)
    {&elem(&1, index), [kind | slots]}
  end

  # A field of any type has its default, or else it would never be valid.
  defp map(fields, filled) do
    map = for {key, generator} <- fields, into: %{}, do: {key, generator.(filled)}

    case map do
      %{__struct__: module} -> Map.merge(map, defaults(module), &default/3)
      _ -> map
    end
  end

  defp defaults(module) do
    if function_exported?(module, :__struct__, 0),
      do: Map.from_struct(module.__struct__()),
      else: %{}
  end

  defp default(_key, generated, nil), do: generated

  defp default(_key, generated, default),
    do: if(:rand.uniform(20) == 1, do: generated, else: default)

  defp type(module, name) do
    {:ok, types} = Code.Typespec.fetch_types(module)

    Enum.find_value(types, fn
      {_kind, {type, ast, []}} -> if type == name, do: ast
      _ -> nil
    end)
  end

  defp plain(:pid), do: Terms.pid()
  defp plain(:atom), do: Terms.pick({:a, :max, :retries, nil})
  defp plain(:boolean), do: :rand.uniform(2) == 1
  defp plain(:float), do: Terms.float()
  defp plain(:number), do: Terms.pick({Terms.float(), int64()})
  defp plain(:integer), do: int64()
  defp plain(:non_neg_integer), do: max(int64(), 0)
  defp plain(:pos_integer), do: max(int64(), 1)
  defp plain(:byte), do: within(0, 255)
  defp plain(:binary), do: Terms.binary()
  defp plain(:iodata), do: Terms.list(fn -> Terms.pick([Terms.binary(), within(0, 255), []]) end)
  defp plain(:map), do: %{}
  defp plain(_any), do: Terms.any()

  defp string do
    binary = Terms.binary()
    if String.valid?(binary), do: binary, else: Base.encode16(binary)
  end

  # Mostly small, because a number may be a time, or a count of messages.
  defp within(low, high) do
    case :rand.uniform(20) do
      1 -> high
      2 -> low
      n when n <= 4 -> low + :rand.uniform(high - low + 1) - 1
      _ -> min(low + :rand.uniform(8) - 1, high)
    end
  end

  defp int64 do
    <<integer::signed-64>> = <<Terms.integer()::64>>
    if :rand.uniform(2) == 1, do: integer, else: :rand.uniform(100)
  end
end
