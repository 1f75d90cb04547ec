defmodule Roundtrip.Toolbox.TempDirTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Toolbox.TempDir

  alias Roundtrip.Toolbox.TempDir

  test "the folder is deleted afterwards, even if the function raises" do
    {folder, _} = TempDir.with_files(%{"a/b.txt" => "b"}, & &1)
    refute File.exists?(folder)

    assert_raise RuntimeError, fn ->
      TempDir.with_files(%{"a.txt" => "a"}, fn folder ->
        send(self(), {:folder, folder})
        raise "no"
      end)
    end

    assert_received {:folder, folder}
    refute File.exists?(folder)
  end
end
