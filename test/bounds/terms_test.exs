defmodule Roundtrip.Bounds.TermsTest do
  use ExUnit.Case, async: false

  import Bitwise

  alias Roundtrip.{LongSchedule, Native}

  # Each of these would take more than 100 ms on a normal scheduler.
  test "NIFs that accept input of any size hold no normal scheduler" do
    numbers = Enum.to_list(1..2_000_000)
    words = &String.duplicate("word ", &1)

    for call <- [
          fn -> Native.echo_integers(numbers) end,
          fn -> Native.code_points(words.(500_000)) end,
          fn -> Native.word_counts(words.(3_000_000)) end
        ] do
      refute LongSchedule.blocks?(call), inspect(call)
    end
  end

  test "integers and names of any size are rejected" do
    huge = 1 <<< 10_000_000

    for call <- [&Native.square/1, &Native.echo_i128/1, &Native.echo_i128_checked/1] do
      assert_raise ArgumentError, fn -> call.(huge) end
      assert_raise ArgumentError, fn -> call.(-huge) end
    end

    name = String.duplicate("name", 100_000)
    assert_raise ArgumentError, fn -> Native.atom_new(name) end
    assert Native.atom_existing(name) == nil
  end

  test "every improper list is an argument error for the loop over its cells" do
    for list <- [[1 | 2], [1, 2 | :tail], [1 | "x"], [1 | %{}]],
        do: assert_raise(ArgumentError, fn -> Native.find_index_proper(list, 9) end)

    for other <- [:atom, 1, "x", {1}, %{}],
        do: assert_raise(ArgumentError, fn -> Native.find_index_proper(other, 9) end)
  end

  test "no slice leaves its binary" do
    for {start, length} <- [{0, 6}, {6, 0}, {5, 1}, {1, 1 <<< 64}, {-1, 1}, {(1 <<< 64) - 1, 2}] do
      for slice <- [&Native.slice_view/3, &Native.slice_copy/3],
          do: assert_raise(ArgumentError, fn -> slice.("bytes", start, length) end)
    end

    assert Native.slice_view("bytes", 5, 0) == ""
  end
end
