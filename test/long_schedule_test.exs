defmodule Roundtrip.LongScheduleTest do
  # The VM has one system monitor.
  use ExUnit.Case, async: false

  alias Roundtrip.{LongSchedule, Native, Poll}

  test "a NIF that holds its scheduler is seen, and named" do
    assert LongSchedule.blocks?(fn -> Native.block(150) end)
    assert Enum.any?(LongSchedule.holds(), &({Native, :block, 1} in &1.nifs))
    assert LongSchedule.announced(Native)[{:block, 1}] == "sleeps"
  end

  test "a dirty NIF and a process that only computes are not" do
    refute LongSchedule.blocks?(fn -> Native.block_dirty(80) end)
    refute LongSchedule.blocks?(fn -> Enum.sum(1..3_000_000) end)
  end

  test "whoever takes the monitor gives it back, or loses it with its end" do
    guard = Process.whereis(LongSchedule)
    me = self()

    {pid, monitor} =
      spawn_monitor(fn ->
        send(me, {:before, :erlang.system_monitor(self(), long_schedule: 10)})
        Native.block(80)
      end)

    assert_receive {:before, {^guard, _options}}, 5_000
    assert_receive {:DOWN, ^monitor, :process, ^pid, :normal}, 5_000
    assert Poll.until(fn -> match?({^guard, _}, :erlang.system_monitor()) end)
  end
end
