defmodule Roundtrip.Server.ClientTest do
  use ExUnit.Case, async: true

  doctest Roundtrip.Server.Client
end
