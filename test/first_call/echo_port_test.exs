defmodule Roundtrip.FirstCall.EchoPortTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.FirstCall.Fingerprint
  alias Roundtrip.FirstCall.EchoPort

  test "returns each message whole" do
    if port = EchoPort.open() do
      long = String.duplicate("long", 100_000)
      for message <- ["", "short", long], do: assert(EchoPort.call(port, message) == message)
      assert EchoPort.close(port) == :ok
      assert Port.info(port) == nil
    end
  end
end
