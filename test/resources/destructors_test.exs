defmodule Roundtrip.Resources.DestructorsTest do
  # It counts for the whole VM.
  use ExUnit.Case, async: false
  doctest Roundtrip.Resources.Destructors

  alias Roundtrip.Native
  alias Roundtrip.Resources.Destructors

  test "await/0 waits for a slow destructor on any scheduler" do
    table = :ets.new(:slow, [:public])
    Destructors.await()

    for scheduler <- 1..System.schedulers_online() do
      before = Native.live_resources()
      on(scheduler, fn -> :ets.insert(table, {:slow, Native.slow_drop_new(20)}) end)
      assert Native.live_resources() > before
      on(scheduler, fn -> :ets.delete(table, :slow) end)
      Destructors.await()
      assert Native.live_resources() <= before
    end
  end

  test "milliseconds/1 leaves the microstate accounting as it was" do
    for was <- [true, false] do
      :erlang.system_flag(:microstate_accounting, was)
      assert Destructors.milliseconds(fn -> Native.slow_drop_new(0) end) >= 0
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
