defmodule Roundtrip.Mutation.HolderTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Mutation.Holder

  alias Roundtrip.Mutation.Holder
  alias Roundtrip.Native

  test "a holder lets go by itself when its time is over" do
    histogram = Native.histogram_new(1000)
    %Holder{pid: pid, monitor: monitor} = Holder.hold(histogram, 1)

    assert_receive {:DOWN, ^monitor, :process, ^pid, :timed_out}, 5_000
    assert Native.histogram_try_record(histogram, 5) == :ok
  end

  test "a second holder comes after the first" do
    histogram = Native.histogram_new(1000)
    first = Holder.hold(histogram, 20)
    second = Holder.hold(histogram, 1000)

    assert Native.histogram_try_record(histogram, 5) == {:error, :busy}
    assert Holder.release(first) == :timed_out
    assert Holder.release(second) == :released
  end
end
