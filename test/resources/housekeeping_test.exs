defmodule Roundtrip.Resources.HousekeepingTest do
  # It counts for the whole VM.
  use ExUnit.Case, async: false
  doctest Roundtrip.Resources.Housekeeping

  alias Roundtrip.Native
  alias Roundtrip.Resources.Housekeeping

  test "settles only when a slow destructor has run, whichever scheduler has it" do
    table = :ets.new(:slow, [:public])
    Housekeeping.settle()

    for scheduler <- 1..System.schedulers_online() do
      before = Native.live_resources()
      on(scheduler, fn -> :ets.insert(table, {:slow, Native.slow_drop_new(20)}) end)
      assert Native.live_resources() > before
      on(scheduler, fn -> :ets.delete(table, :slow) end)
      Housekeeping.settle()
      assert Native.live_resources() <= before
    end
  end

  test "leaves the accounting as it was" do
    for was <- [true, false] do
      :erlang.system_flag(:microstate_accounting, was)
      assert Housekeeping.milliseconds(fn -> Native.slow_drop_new(0) end) >= 0
      assert :erlang.system_flag(:microstate_accounting, false) == was
    end
  end

  # A process on a scheduler of our choice, which collects before it answers.
  defp on(scheduler, fun) do
    me = self()

    run = fn ->
      fun.()
      :erlang.garbage_collect()
      send(me, {:done, self()})
    end

    pid = :erlang.spawn_opt(run, [{:scheduler, scheduler}])
    assert_receive {:done, ^pid}, 5_000
  end
end
