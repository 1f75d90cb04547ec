defmodule Roundtrip.FirstCall.SecondVMTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.FirstCall.SecondVM
end
