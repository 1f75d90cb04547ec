defmodule Roundtrip.Fuzz.Pool do
  @moduledoc """
  The resources and structs for the slots of `Roundtrip.Fuzz.Arguments`.

  A kind of value is named by the NIF that returned it. Which kinds a NIF accepts is found out by
  calling it with each of them: rustler raises `:badarg` for a resource of another type.
  """

  alias Roundtrip.Fuzz.{Arguments, Terms}
  alias Roundtrip.{Native, Server}
  alias Roundtrip.Server.{Client, FirstVersion}

  @typedoc "Values by their kind."
  @type t :: %{term() => term()}

  @doc """
  Returns the NIFs with the kinds that they accept in `:accepts`, one list for each combination, and a
  pool. Its values belong to the calling process. Calls `note` with each NIF before it is called.
  """
  @spec learn([map()], (map() -> term())) :: {[map()], t()}
  def learn(nifs, note) do
    pool = nifs |> fresh(start(), :all, note) |> then(&fresh(nifs, &1, :all, note))
    {for(nif <- nifs, do: Map.put(nif, :accepts, accepts(nif, pool, note))), pool}
  end

  @doc "Returns `pool` with new values of the calling process, of the kinds that a NIF accepts."
  @spec renew(t(), map(), [map()]) :: t()
  def renew(pool, nif, nifs), do: fresh(nifs, pool, needed([nif], nifs, []), fn _nif -> true end)

  # The names of what some NIFs accept, and of what is needed to make that.
  defp needed([], _nifs, names), do: names

  defp needed(some, nifs, names) do
    more =
      for nif <- some, kinds <- nif.accepts, {_slot, name} <- kinds, name not in names, do: name

    makers = for nif <- nifs, nif.name in more, do: nif
    needed(makers, nifs, Enum.uniq(names ++ more))
  end

  @doc "Returns values for the slots of a NIF: mostly such as it accepts."
  @spec fill(t(), map()) :: tuple()
  def fill(pool, nif),
    do: if(:rand.uniform(5) == 1, do: any(pool, nif), else: accepted(pool, nif))

  @doc "Returns values for the slots of a NIF that it accepts, if it accepts any."
  @spec accepted(t(), map()) :: tuple()
  def accepted(pool, %{accepts: [_ | _] = accepts}), do: accepts |> Terms.pick() |> values(pool)
  def accepted(pool, nif), do: any(pool, nif)

  defp any(pool, nif) do
    nif.arguments.slots |> Enum.map(&(pool |> kinds(&1) |> Terms.pick())) |> values(pool)
  end

  defp values(kinds, pool), do: kinds |> Enum.map(&Map.get(pool, &1, &1)) |> List.to_tuple()

  defp kinds(pool, slot), do: for({{^slot, _name} = kind, _value} <- pool, do: kind)

  # All combinations of kinds of which the NIF doesn't reject one.
  defp accepts(%{arguments: %{slots: []}}, _pool, _note), do: []

  defp accepts(nif, pool, note) do
    note.(nif)

    combinations =
      Enum.reduce(nif.arguments.slots, [[]], fn slot, combinations ->
        for combination <- combinations, kind <- kinds(pool, slot), do: combination ++ [kind]
      end)

    outcomes =
      for kinds <- combinations, _ <- 1..3, do: {elem(call(nif, values(kinds, pool)), 0), kinds}

    # If none returns, those that are read far enough to raise something else.
    for outcome <- [:returned, :raised],
        kinds = for({^outcome, kinds} <- outcomes, do: kinds),
        kinds != [],
        reduce: [] do
      [] -> Enum.uniq(kinds)
      found -> found
    end
  end

  # Later NIFs may need what earlier ones return.
  defp fresh(nifs, pool, names, note) do
    made =
      for %{panics: nil, arguments: %{makes_reference?: true}} = nif <- nifs,
          nif.name != :start,
          names == :all or nif.name in names,
          reduce: pool,
          do: (pool -> note.(nif) && make(nif, pool))

    made
    |> merge(&asked/0, [:ask_later], names)
    |> merge(&paired/0, [:pair_send], names)
    |> merge(&requested/0, [:start, :request, :first_request], names)
  end

  defp merge(pool, make, kinds, names) do
    if names == :all or Enum.any?(kinds, &(&1 in names)), do: Map.merge(pool, make.()), else: pool
  end

  defp make(nif, pool) do
    found =
      Enum.find_value(1..200, fn _ ->
        {_outcome, result} = call(nif, fill(pool, nif))
        reference(result)
      end)

    if found, do: Map.put(pool, {:reference, nif.name}, found), else: pool
  end

  defp call(nif, slots) do
    {:returned, apply(nif.module, nif.name, Arguments.valid(nif.arguments, slots))}
  catch
    :error, :badarg -> {:rejected, nil}
    _, _ -> {:raised, nil}
  end

  defp reference(reference) when is_reference(reference), do: reference
  defp reference({:ok, reference}) when is_reference(reference), do: reference
  defp reference(%{ref: reference}) when is_reference(reference), do: reference
  defp reference(_other), do: nil

  # What comes as a message.

  defp asked do
    :ok = Native.ask_later(self(), :question, :from)
    receive do: ({:ask, call, :question} -> %{{:reference, :ask_later} => call})
  end

  defp paired do
    :ok = Native.pair_send()
    receive do: (pair when is_reference(pair) -> %{{:reference, :pair_send} => pair})
  end

  defp requested do
    {:ok, server} = Server.Native.start(%Server.Config{}, self())
    :ok = Server.Native.join(server, self())
    {_address, port} = Server.Native.address(server)
    %{ref: ref} = request(port)
    first = request(Server.Native.first_start(struct(FirstVersion.Config), self()))

    %{
      {:reference, :start} => server,
      {:reference, :request} => ref,
      {:reference, :first_request} => first.ref,
      {:struct, :first_request} => first
    }
  end

  defp request(port) do
    {:ok, _socket} = Client.open(port, Client.request("GET", "/"))
    receive do: ({:request, request} -> request)
  end

  # What is there before any NIF has made something.
  defp start do
    Application.load(:roundtrip)

    for module <- Application.spec(:roundtrip, :modules),
        Code.ensure_loaded?(module) and function_exported?(module, :__struct__, 0),
        into: %{{:reference, :make_ref} => make_ref()},
        do: {{:struct, module}, struct(module)}
  end
end
