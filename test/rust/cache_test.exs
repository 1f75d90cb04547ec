defmodule Roundtrip.Rust.CacheTest do
  use ExUnit.Case, async: false

  import Roundtrip.RustCase, only: [put_env: 1]
  alias Roundtrip.Rust.{Cache, Error}

  @moduletag :tmp_dir

  test "a folder that is asked for must be one that can be written", %{tmp_dir: folder} do
    put_env(%{"ROUNDTRIP_CACHE" => Path.join(folder, "a/b")})
    assert Cache.root() == Path.expand(Path.join(folder, "a/b"))
    assert File.ls!(Cache.root()) == []

    # No folder can stand in a file, not even for root.
    File.write!(Path.join(folder, "file"), "")
    put_env(%{"ROUNDTRIP_CACHE" => Path.join(folder, "file/cache")})
    assert_raise Error, ~r/cannot be written.*ROUNDTRIP_CACHE/, &Cache.root/0
  end

  test "where the user's folder cannot be written, it is a temporary one of the user alone",
       %{tmp_dir: folder} do
    File.write!(Path.join(folder, "file"), "")
    home = Path.join(folder, "file")
    variables = %{"XDG_CACHE_HOME" => home, "TMPDIR" => folder, "ROUNDTRIP_CACHE" => nil}

    if match?({:unix, :linux}, :os.type()) do
      put_env(variables)
      root = Cache.root()
      assert Path.dirname(root) == folder
      assert Bitwise.band(File.stat!(root).mode, 0o777) == 0o700
    end
  end

  test "a file that has not changed keeps its time, and none is half written", %{tmp_dir: folder} do
    path = Path.join(folder, "file")
    Cache.write_atomically!(path, "text")
    File.touch!(path, 1_000_000_000)
    Cache.write_atomically!(path, ["te", "xt"])
    assert File.stat!(path, time: :posix).mtime == 1_000_000_000
    Cache.write_atomically!(path, "other")
    assert File.read!(path) == "other"
    assert File.ls!(folder) == ["file"]
  end

  test "old cells go, with all that was built of them", %{tmp_dir: folder} do
    here = Path.join(folder, "here")
    age(Path.join(folder, "last_year"), 40 * 24)
    age(Path.join(folder, "last_week"), 7 * 24)
    for {name, hours} <- [a: 5, b: 4, c: 3, d: 0], do: age(here, "cells/cell_#{name}", hours)

    for name <- ~w(debug/libcell_a.so debug/deps/cell_a.d debug/.fingerprint/cell_a-12
                   debug/libcell_b.so debug/deps/rustler.rlib),
        do: age(here, "target/#{name}", 5)

    age(here, "loads/roundtrip-cell-1", 30)
    age(here, "loads/roundtrip-cell-2", 1)

    assert Cache.prune(here, keep: 2) == :ok
    assert names(folder) == ~w(here last_week)
    assert names(here, "cells") == ~w(cell_c cell_d)
    assert names(here, "target/debug") == ~w(.fingerprint deps)
    assert names(here, "target/debug/deps") == ~w(rustler.rlib)
    assert names(here, "target/debug/.fingerprint") == []
    assert names(here, "loads") == ~w(roundtrip-cell-2)

    # Beyond the number to keep, but perhaps at work in another VM.
    assert Cache.prune(here, keep: 0) == :ok
    assert names(here, "cells") == ~w(cell_d)
  end

  defp age(folder, name, hours), do: age(Path.join(folder, name), hours)

  defp age(path, hours) do
    File.mkdir_p!(path)
    File.touch!(path, System.os_time(:second) - hours * 3600)
  end

  defp names(folder, below \\ ""), do: folder |> Path.join(below) |> File.ls!() |> Enum.sort()
end
