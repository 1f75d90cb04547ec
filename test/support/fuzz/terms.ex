defmodule Roundtrip.Fuzz.Terms do
  @moduledoc """
  Random terms of all types, from `:rand`: edge values, large, deep and shared ones among them.
  """

  import Bitwise

  @bits [7, 8, 15, 16, 31, 32, 53, 59, 60, 63, 64, 65, 128, 1_000]
  @integers for bits <- @bits, sign <- [1, -1], more <- -1..1, do: sign * (1 <<< bits) + more
  @integers @integers ++ [0, 1, -1, 2, 10, 100, 1_000, 1 <<< 100_000]
  @floats [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    1.0e308,
    -1.7976931348623157e308,
    5.0e-324,
    9.223372036854775e18
  ]
  @atoms [
    :ok,
    nil,
    true,
    false,
    :undefined,
    :"",
    :"a b",
    :é,
    Roundtrip.Native,
    :error,
    :__struct__
  ]
  @binaries [
    "",
    "a",
    "é",
    "GET",
    "/",
    "a\0b",
    "\r\n",
    <<255>>,
    <<0xED, 0xA0, 0x80>>,
    "localhost",
    "127.0.0.1"
  ]
  @bitstrings [<<1::1>>, <<1::7>>, <<"abc", 5::3>>]

  # Larger than what a NIF may copy on a normal scheduler. They are shared by all processes.
  @large __MODULE__.Large

  @doc "Makes the large terms. Call it once in each VM."
  @spec prepare() :: :ok
  def prepare do
    list = Enum.to_list(1..500_000)

    large = [
      list,
      Enum.to_list(1..50_000) ++ :improper,
      List.duplicate([], 100_000),
      Enum.reduce(1..100_000, [], fn _, deep -> [deep] end),
      Enum.reduce(1..100_000, {}, fn _, deep -> {deep, 1} end),
      Enum.reduce(1..10_000, %{}, fn _, deep -> %{next: deep} end),
      List.to_tuple(Enum.take(list, 100_000)),
      Map.new(1..50_000, &{&1, &1}),
      :binary.copy("x", 4_000_000),
      :binary.copy(<<255>>, 1_000_000),
      for(n <- 1..5_000, do: {"x-#{n}", "y"}),
      1 <<< 300_000
    ]

    :persistent_term.put(@large, List.to_tuple(large))
  end

  @doc "Returns any term; `depth` bounds the nesting of small ones."
  @spec any(non_neg_integer()) :: term()
  def any(depth \\ 3) do
    case :rand.uniform(if depth > 0, do: 24, else: 14) do
      n when n <= 4 -> integer()
      5 -> float()
      n when n <= 7 -> pick(@atoms)
      n when n <= 9 -> binary()
      10 -> pick(@bitstrings)
      11 -> pid()
      12 -> make_ref()
      13 -> pick([&String.length/1, fn -> :a_closure end, port()])
      14 -> []
      n when n <= 17 -> list(fn -> any(depth - 1) end)
      n when n <= 19 -> List.to_tuple(list(fn -> any(depth - 1) end))
      n when n <= 21 -> map(depth - 1)
      22 -> [any(depth - 1) | any(0)]
      23 -> if :rand.uniform(4) == 1, do: large(), else: any(depth - 1)
      24 -> shared()
    end
  end

  def integer do
    if :rand.uniform(3) == 1,
      do: :rand.uniform(1 <<< :rand.uniform(70)) - :rand.uniform(1_000),
      else: pick(@integers)
  end

  def float,
    do: if(:rand.uniform(2) == 1, do: pick(@floats), else: (:rand.uniform() - 0.5) * 1.0e6)

  def binary do
    if :rand.uniform(3) == 1, do: :rand.bytes(:rand.uniform(100)), else: pick(@binaries)
  end

  @doc "Returns this process, one that takes some messages, a dead one, or one of another node."
  def pid do
    case :rand.uniform(8) do
      1 -> self()
      2 -> :persistent_term.get({__MODULE__, :dead}, self())
      3 -> remote_pid()
      _ -> receiver()
    end
  end

  # It ends after some messages, which bounds what a NIF's thread can send, and with its owner.
  defp receiver do
    pid = Process.get(:receiver)

    if pid && Process.alive?(pid) do
      pid
    else
      owner = self()
      pid = spawn(fn -> receive_some(1_000, Process.monitor(owner)) end)
      Process.put(:receiver, pid)
      pid
    end
  end

  defp receive_some(0, _owner), do: :ok

  defp receive_some(left, owner) do
    receive do
      {:DOWN, ^owner, :process, _pid, _reason} -> :ok
      _message -> receive_some(left - 1, owner)
    end
  end

  defp remote_pid do
    node = "nobody@nowhere"

    :erlang.binary_to_term(
      <<131, 88, 100, byte_size(node)::16, node::binary, 5::32, 0::32, 1::32>>
    )
  end

  defp port, do: hd(Port.list())

  def list(element), do: for(_ <- 1..(:rand.uniform(5) - 1)//1, do: element.())

  def large, do: pick(:persistent_term.get(@large))

  # Each part holds the one before twice: 2 to the power of 40 parts in some words of memory.
  defp shared do
    Enum.reduce(1..40, any(0), fn _, part ->
      if :rand.uniform(2) == 1, do: [part, part], else: {part, part}
    end)
  end

  defp map(depth) do
    map = Map.new(list(fn -> {any(0), any(depth)} end))
    if :rand.uniform(3) == 1, do: Map.put(map, :__struct__, pick(@atoms)), else: map
  end

  @doc "Returns one of a list or a tuple."
  def pick(list) when is_list(list), do: pick(List.to_tuple(list))
  def pick(tuple), do: elem(tuple, :rand.uniform(tuple_size(tuple)) - 1)

  @doc "Changes a term a little, so that it is nearly valid."
  @spec mutate(term()) :: term()
  def mutate(map) when is_map(map) and map_size(map) > 0 do
    key = map |> Map.keys() |> pick()

    case :rand.uniform(6) do
      1 -> Map.delete(map, key)
      2 -> Map.put(map, key, any())
      3 -> Map.put(map, any(0), any())
      _ -> Map.put(map, key, mutate(Map.fetch!(map, key)))
    end
  end

  def mutate([head | tail]) do
    case :rand.uniform(5) do
      1 -> [any() | tail]
      2 -> [head | any(0)]
      3 -> [head, any() | tail]
      4 -> List.duplicate(head, :rand.uniform(2_000))
      5 -> [mutate(head) | tail]
    end
  end

  def mutate(tuple) when is_tuple(tuple) and tuple_size(tuple) > 0 do
    index = :rand.uniform(tuple_size(tuple)) - 1

    case :rand.uniform(4) do
      1 -> Tuple.append(tuple, any())
      2 -> Tuple.delete_at(tuple, index)
      3 -> put_elem(tuple, index, any())
      4 -> put_elem(tuple, index, mutate(elem(tuple, index)))
    end
  end

  def mutate(integer) when is_integer(integer) do
    case :rand.uniform(4) do
      1 -> integer + 1
      2 -> -integer
      _ -> integer()
    end
  end

  def mutate(binary) when is_binary(binary) do
    case :rand.uniform(4) do
      1 -> binary <> "\0"
      2 -> binary <> <<0xC3>>
      3 -> <<binary::binary, 1::3>>
      4 -> :binary.copy(binary_part(binary, 0, min(byte_size(binary), 100)), :rand.uniform(1_000))
    end
  end

  def mutate(_term), do: any()
end
