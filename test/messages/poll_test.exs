defmodule Roundtrip.Messages.PollTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Messages.Poll

  test "it asks again until it is true" do
    asked = :counters.new(1, [])

    assert Roundtrip.Messages.Poll.until(fn ->
             :counters.add(asked, 1, 1)
             :counters.get(asked, 1) == 3
           end)
  end
end
