defmodule Roundtrip.Toolbox.ScratchTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Toolbox.Scratch

  alias Roundtrip.Toolbox.Scratch

  test "the folder is gone afterwards, even when the function raises" do
    {folder, _} = Scratch.with_files(%{"a/b.txt" => "b"}, & &1)
    refute File.exists?(folder)

    assert_raise RuntimeError, fn ->
      Scratch.with_files(%{"a.txt" => "a"}, fn folder ->
        send(self(), {:folder, folder})
        raise "no"
      end)
    end

    assert_received {:folder, folder}
    refute File.exists?(folder)
  end
end
