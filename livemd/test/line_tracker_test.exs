defmodule Livemd.LineTrackerTest do
  use ExUnit.Case, async: true

  alias Livemd.LineTracker

  defp tracked(code), do: code |> Code.string_to_quoted!() |> LineTracker.track_functions(0)

  defp notes(code),
    do:
      code
      |> tracked()
      |> Macro.to_string()
      |> String.split("LineTracker.note")
      |> length()
      |> Kernel.-(1)

  test "each top-level expression and each expression of a function's body is noted" do
    assert notes("x = 1\ny = 2") == 2
    assert notes("f = fn x ->\n  y = x\n  y\nend") == 3
    assert notes("defmodule A do\n  def f(x), do: x + 1\nend") == 2
  end

  test "the stub of a NIF stays as it was written" do
    assert notes("defmodule A do\n  def f(_x), do: :erlang.nif_error(:not_loaded)\nend") == 1
  end

  test "what is quoted, or shown by a failed assertion, stays as it was written" do
    assert notes("assert Enum.map([1], fn x -> x end) == [1]") == 1
    assert notes("quote do\n  fn x -> x end\nend") == 1
  end
end
