defmodule Roundtrip.Mutation.ContentionTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Mutation.Contention

  alias Roundtrip.Mutation.Contention

  test "every call is counted, and the processes run at the same time" do
    counter = :counters.new(1, [])
    run = Contention.run(4, 50, fn -> :counters.add(counter, 1, 1) end)

    assert run.calls == :counters.get(counter, 1)
    assert run.nanoseconds > 0
    assert run.overlap >= 50
  end

  test "every variant has a run for each number of processes" do
    calls = for name <- [:a, :b], do: {name, fn -> :ok end}

    assert %{a: %{1 => run, 4 => %{}}, b: %{1 => %{}, 4 => %{}}} =
             Contention.compare(calls, [1, 4], 1)

    assert run.overlap >= 1
  end

  test "a call that ends its process ends the run" do
    assert catch_exit(Contention.run(2, 1, fn -> exit(:no) end)) == :no
  end
end
