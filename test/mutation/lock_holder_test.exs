defmodule Roundtrip.Mutation.LockHolderTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Mutation.LockHolder

  alias Roundtrip.Mutation.LockHolder
  alias Roundtrip.Native

  test "a holder releases the lock when its time is over" do
    histogram = Native.histogram_new(1000)
    %LockHolder{pid: pid, monitor: monitor} = LockHolder.hold(histogram, 1)

    assert_receive {:DOWN, ^monitor, :process, ^pid, :timed_out}, 5_000
    assert Native.histogram_try_record(histogram, 5) == :ok
  end

  test "a second holder waits for the first" do
    histogram = Native.histogram_new(1000)
    first = LockHolder.hold(histogram, 20)
    second = LockHolder.hold(histogram, 1000)

    assert Native.histogram_try_record(histogram, 5) == {:error, :busy}
    assert LockHolder.release(first) == :timed_out
    assert LockHolder.release(second) == :released
  end
end
