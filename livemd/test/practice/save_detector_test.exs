defmodule Livemd.Practice.SaveDetectorTest do
  use ExUnit.Case, async: true

  alias Livemd.Practice.SaveDetector

  @gone {:error, :enoent}

  # After which looks something counted as saved.
  defp saved(looks, taken \\ {:ok, "old"}) do
    {events, _detector} =
      Enum.map_reduce(looks, SaveDetector.new(taken), &SaveDetector.see(&2, &1))

    for {:saved, index} <- Enum.with_index(events), do: index
  end

  test "what stays is saved once" do
    assert saved(List.duplicate({:ok, "new"}, 5)) == [1]
    assert saved(ok: "new", ok: "new", ok: "newer", ok: "newer") == [1, 3]
  end

  test "what is there already is not" do
    assert saved(List.duplicate({:ok, "old"}, 5)) == []
    assert saved([ok: "old"], nil) == []
    assert saved([ok: "old", ok: "old"], nil) == [1]
  end

  test "a half-written file is not, however it is written" do
    assert saved(ok: "", ok: "ne", ok: "new") == []
    assert saved(ok: "", ok: "old", ok: "", ok: "old") == []
    assert saved(ok: "", ok: "new", ok: "new") == [2]
  end

  test "a file that is moved away for a moment is not gone" do
    assert saved([@gone, @gone, {:ok, "old"}, @gone, @gone, {:ok, "old"}]) == []
    assert saved([@gone, @gone, {:ok, "new"}, {:ok, "new"}]) == [3]
  end

  test "a file that stays away is, once" do
    assert saved(List.duplicate(@gone, 20)) == [5]
  end
end
