defmodule Livemd.Terminal.KeysTest do
  use ExUnit.Case, async: true

  alias Livemd.Terminal.Keys

  defp keys(typed) do
    {:ok, device} = StringIO.open(typed)
    Stream.repeatedly(fn -> Keys.read(device) end) |> Enum.take_while(&(&1 != :eof))
  end

  test "are characters, or the sequences of special keys" do
    assert keys("nä\n") == ["n", "ä", "\n"]
    assert keys("\e[C\e[1;5C\eOPx\e[3~q") == ["\e[C", "\e[1;5C", "\eOP", "x", "\e[3~", "q"]
    assert keys("\ex\e[") == ["\ex", "\e["]
  end

  test "end with the input, or with Ctrl-D" do
    assert keys("n\x04q") == ["n"]
    assert keys("\e") == ["\e"]
    assert keys("") == []
  end

  # `mix test` has no terminal as its input, except when somebody runs it by hand.
  test "need a terminal" do
    if System.find_executable("sh") do
      code = "IO.inspect(Livemd.Terminal.Keys.open())"
      args = ["-pa", Path.dirname(:code.which(Keys)), "-e", code]
      assert System.cmd("sh", ["-c", "elixir \"$@\" </dev/null", "sh" | args]) == {"nil\n", 0}
    end
  end
end
