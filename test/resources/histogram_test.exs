defmodule Roundtrip.Resources.HistogramTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Resources.Histogram

  alias Roundtrip.Resources.{Histogram, Snapshot}

  test "holds what many processes record at once" do
    histogram = Histogram.new(1000)

    1..100
    |> Enum.map(fn n -> Task.async(fn -> Histogram.record(histogram, n) end) end)
    |> Task.await_many()

    assert Histogram.snapshot(histogram) ==
             %Snapshot{count: 100, min: 1, p50: 50, p99: 99, max: 100}
  end

  test "an error names the argument, and nothing is counted" do
    for longest <- [1, 3_600_000_001] do
      error = assert_raise ArgumentError, fn -> Histogram.new(longest) end
      assert error.message == "longest must be from 2 to 3600000000"
    end

    histogram = Histogram.new(1000)

    for microseconds <- [-1, 1001] do
      error = assert_raise ArgumentError, fn -> Histogram.record(histogram, microseconds) end
      assert error.message == "microseconds must be from 0 to 1000"
    end

    assert Histogram.snapshot(histogram).count == 0
  end

  test "a struct with a wrong reference can still be inspected" do
    assert inspect(%Histogram{ref: make_ref()}) =~ "Histogram"
  end
end
