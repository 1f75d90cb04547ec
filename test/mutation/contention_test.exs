defmodule Roundtrip.Mutation.ContentionTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Mutation.Contention

  alias Roundtrip.Mutation.Contention

  test "every variant is called equally often" do
    ways = for name <- [:a, :b], do: {name, :counters.new(1, [])}
    calls = for {name, counter} <- ways, do: {name, fn -> :counters.add(counter, 1, 1) end}

    assert %{a: %{1 => one, 4 => four}, b: %{}} = Contention.compare(calls, [1, 4])
    assert is_integer(one) and is_integer(four)

    [a, b] = for {_, counter} <- ways, do: :counters.get(counter, 1)
    assert a == b
  end

  test "a call that ends its process ends the run" do
    assert catch_exit(Contention.nanoseconds(2, 1, fn -> exit(:no) end)) == :no
  end
end
