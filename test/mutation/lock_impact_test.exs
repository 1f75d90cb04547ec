defmodule Roundtrip.Mutation.LockImpactTest do
  # It blocks every scheduler, and nobody beside it should be measured meanwhile.
  use ExUnit.Case, async: false
  doctest Roundtrip.Mutation.LockImpact

  alias Roundtrip.Mutation.LockImpact
  alias Roundtrip.Native

  test "the turn is too late if the calls block the schedulers, and every call is made" do
    histogram = Native.histogram_new(1000)
    calls = :counters.new(1, [])

    record = fn ->
      :counters.add(calls, 1, 1)
      Native.histogram_record(histogram, 5)
    end

    assert {:too_late, milliseconds} = LockImpact.measure(histogram, record, 10)
    assert milliseconds > 0
    assert Native.histogram_snapshot(histogram).count == :counters.get(calls, 1)
  end

  test "a call that ends its process ends the measurement" do
    histogram = Native.histogram_new(1000)
    assert catch_exit(LockImpact.measure(histogram, fn -> exit(:no) end, 1000)) == :no
  end
end
