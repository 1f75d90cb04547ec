defmodule Roundtrip.Messages.RelayTest do
  # test/two_nodes_test.exs tests it between two nodes.
  use ExUnit.Case
  doctest Roundtrip.Messages.Relay
end
