defmodule Roundtrip.Precompiled.ArchiveTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Precompiled.{Archive, Target}

  doctest Target

  setup do
    folder = Path.join(System.tmp_dir!(), "roundtrip-#{System.unique_integer([:positive])}")
    File.mkdir_p!(folder)
    on_exit(fn -> File.rm_rf!(folder) end)

    %{
      archive: Path.join(folder, "libshop.so.tar.gz"),
      checksums: Path.join(folder, "checksum.exs"),
      target: Path.join(folder, "priv/native")
    }
  end

  defp pack(context, files) do
    # OTP 25 cannot make a tar in memory.
    :ok = :erl_tar.create(String.to_charlist(context.archive), files, [:compressed])
    write_checksum(context, File.read!(context.archive))
  end

  defp write_checksum(context, bytes) do
    sum = Base.encode16(:crypto.hash(:sha256, bytes), case: :lower)
    File.write!(context.checksums, ~s(%{\n  "libshop.so.tar.gz" => "sha256:#{sum}"\n}\n))
  end

  defp install(context),
    do: Archive.install_file(context.archive, context.checksums, context.target)

  defp refused(context, pattern) do
    assert {:error, message} = install(context)
    assert message =~ pattern
    refute File.exists?(Path.join(context.target, "libshop.so"))
    refute File.exists?(Path.join(context.target, "libshop.so.part"))
  end

  test "installs the one library of a verified archive", context do
    pack(context, [{~c"libshop.so", "code"}])
    assert {:ok, path} = install(context)
    assert path == Path.join(context.target, "libshop.so")
    assert File.read!(path) == "code"
    assert File.ls!(context.target) == ["libshop.so"]
  end

  test "refuses a flipped byte", context do
    pack(context, [{~c"libshop.so", "code"}])
    <<first, rest::binary>> = File.read!(context.archive)
    File.write!(context.archive, <<Bitwise.bxor(first, 1), rest::binary>>)
    refused(context, "wrong checksum for libshop.so.tar.gz")
  end

  test "refuses a missing archive", context do
    write_checksum(context, "")
    refused(context, "cannot be read (no such file or directory)")
  end

  test "refuses an archive without a line in the checksum file, and names those that have one",
       context do
    pack(context, [{~c"libshop.so", "code"}])
    File.write!(context.checksums, ~s(%{"libother.so.tar.gz" => "sha256:00"}))
    refused(context, "no artifact for this platform (it has: libother.so)")
  end

  test "refuses when there is no checksum file", context do
    pack(context, [{~c"libshop.so", "code"}])
    File.rm!(context.checksums)
    refused(context, "checksum.exs is missing")
  end

  test "does not evaluate the checksum file", context do
    pack(context, [{~c"libshop.so", "code"}])
    File.write!(context.checksums, ~s(raise "evaluated"))
    refused(context, "has no line for libshop.so.tar.gz")
  end

  test "refuses a truncated archive whose checksum holds", context do
    pack(context, [{~c"libshop.so", String.duplicate("code", 1000)}])
    half = context.archive |> File.read!() |> then(&binary_part(&1, 0, div(byte_size(&1), 2)))
    File.write!(context.archive, half)
    write_checksum(context, half)
    refused(context, "is not a readable archive")
  end

  test "refuses an archive that holds something else, wherever it points", context do
    for name <- [~c"../evil", ~c"libother.so"] do
      pack(context, [{name, "code"}])
      refused(context, "must hold libshop.so alone, but holds \"#{name}\"")
      refute File.exists?(Path.join(context.target, "../evil"))
    end
  end

  test "refuses an archive that holds more than the library", context do
    pack(context, [{~c"libshop.so", "code"}, {~c"extra", "code"}])
    refused(context, "must hold libshop.so alone")
  end

  test "names both NIF versions when the runtime is too old" do
    assert Archive.check_nif_version("2.15", "2.16") == :ok
    assert {:error, message} = Archive.check_nif_version("2.17", "2.16")
    assert message =~ "needs NIF version 2.17, this Erlang/OTP has 2.16"
  end
end
