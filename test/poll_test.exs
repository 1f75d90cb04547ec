defmodule Roundtrip.PollTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Poll

  test "it polls until the function returns true" do
    asked = :counters.new(1, [])

    assert Roundtrip.Poll.until(fn ->
             :counters.add(asked, 1, 1)
             :counters.get(asked, 1) == 3
           end)
  end
end
