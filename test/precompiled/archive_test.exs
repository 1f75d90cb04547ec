defmodule Roundtrip.Precompiled.ArchiveTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Precompiled.{Archive, Machine, Target}

  doctest Archive
  doctest Machine
  doctest Target

  @library "libshop-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so"
  # As much of a library as is looked at: its format and its machine, x86_64.
  @content <<0x7F, "ELF", 2, 1, 0::80, 3::16-little, 62::16-little, "code">>

  setup do
    folder = Path.join(System.tmp_dir!(), "roundtrip-#{System.unique_integer([:positive])}")
    File.mkdir_p!(folder)
    on_exit(fn -> File.rm_rf!(folder) end)

    %{
      folder: folder,
      library: @library,
      archive: Path.join(folder, @library <> ".tar.gz"),
      checksums: Path.join(folder, "checksum.exs"),
      target: Path.join(folder, "priv/native")
    }
  end

  # The same archive under another name, which promises something else.
  defp named(context, library) do
    archive = Path.join(context.folder, library <> ".tar.gz")
    %{context | library: library, archive: archive}
  end

  defp pack(context, files) do
    # OTP 25 cannot make a tar in memory.
    :ok = :erl_tar.create(String.to_charlist(context.archive), files, [:compressed])
    write_checksum(context, File.read!(context.archive))
  end

  defp write_checksum(context, bytes) do
    sum = Base.encode16(:crypto.hash(:sha256, bytes), case: :lower)
    name = Path.basename(context.archive)
    File.write!(context.checksums, ~s(%{\n  "#{name}" => "sha256:#{sum}"\n}\n))
  end

  defp write_archive(context, bytes) do
    File.write!(context.archive, bytes)
    write_checksum(context, bytes)
  end

  # A header of a tar by hand, because :erl_tar writes no hard links and no devices.
  defp header(name, type, target) do
    before = [field(name, 100), "0000644\0", "0000000\0", "0000000\0", octal(0), octal(0)]
    behind = [type, field(target, 100), field("ustar\0" <> "00", 8), :binary.copy(<<0>>, 247)]

    sum =
      for <<byte <- IO.iodata_to_binary([before, "        ", behind])>>,
        reduce: 0,
        do: (n -> n + byte)

    IO.iodata_to_binary([before, octal(sum, 6), <<0, 32>>, behind])
  end

  defp field(text, size), do: text <> :binary.copy(<<0>>, size - byte_size(text))
  defp octal(number), do: octal(number, 11) <> <<0>>

  defp octal(number, digits),
    do: number |> Integer.to_string(8) |> String.pad_leading(digits, "0")

  defp install(context),
    do: Archive.install_file(context.archive, context.checksums, context.target)

  # Nothing is left: the folder is as it was.
  defp refused(context, message) do
    before = context.folder |> Path.join("**") |> Path.wildcard(match_dot: true)
    assert {:error, refusal} = install(context)
    assert refusal =~ message
    assert context.folder |> Path.join("**") |> Path.wildcard(match_dot: true) == before
  end

  test "installs the one library of a verified archive", context do
    pack(context, [{to_charlist(@library), @content}])
    assert {:ok, path} = install(context)
    assert path == Path.join(context.target, @library)
    assert File.read!(path) == @content
    assert File.ls!(context.target) == [@library]
  end

  describe "available?/3" do
    setup context do
      {:ok, triple} = Target.triple()
      name = Target.library("shop", "0.1.0", "2.15", triple)
      context = named(context, name)
      pack(context, [{to_charlist(name), File.read!(own_library())}])
      context
    end

    test "is true for an archive of this version and this machine", context do
      assert available?(context, "0.1.0")
      refute available?(context, "0.1.1")
    end

    test "is false without a checksum file, and without the archive", context do
      refute Archive.available?(context.folder, context.checksums <> ".gone", "0.1.0")
      refute Archive.available?(context.target, context.checksums, "0.1.0")
    end

    test "is false when the archive has other bytes than the checksum file says", context do
      File.write!(context.archive, "more", [:append])
      refute available?(context, "0.1.0")
    end

    test "is false for an archive that is for another machine, in name or in fact", context do
      {:ok, triple} = Target.triple()

      other =
        Enum.find(
          Roundtrip.Precompiled.targets(),
          &(Machine.check(@content, &1) != :ok and &1 != triple)
        )

      named = named(context, Target.library("shop", "0.1.0", "2.15", other))
      pack(named, [{to_charlist(named.library), @content}])
      refute available?(named, "0.1.0")

      pack(context, [{to_charlist(context.library), "not a library"}])
      refute available?(context, "0.1.0")
    end

    defp available?(context, version),
      do: Archive.available?(context.folder, context.checksums, version)

    defp own_library,
      do: hd(Path.wildcard(Application.app_dir(:roundtrip, "priv/native/*roundtrip_nif-*")))
  end

  test "refuses a flipped byte", context do
    pack(context, [{to_charlist(@library), @content}])
    <<first, rest::binary>> = File.read!(context.archive)
    File.write!(context.archive, <<Bitwise.bxor(first, 1), rest::binary>>)
    refused(context, "wrong checksum for #{@library}.tar.gz")
  end

  test "refuses a missing archive", context do
    write_checksum(context, "")
    refused(context, "cannot be read (no such file or directory)")
  end

  test "refuses an archive without a line in the checksum file, and names those that have one",
       context do
    pack(context, [{to_charlist(@library), @content}])
    File.write!(context.checksums, ~s(%{"libother.so.tar.gz" => "sha256:00"}))
    refused(context, "no artifact for this platform (it has: libother.so)")
  end

  test "refuses when there is no checksum file", context do
    pack(context, [{to_charlist(@library), @content}])
    File.rm!(context.checksums)
    refused(context, "checksum.exs is missing")
  end

  test "does not evaluate the checksum file", context do
    pack(context, [{to_charlist(@library), @content}])
    File.write!(context.checksums, ~s(raise "evaluated"))
    refused(context, "has no line for #{@library}.tar.gz")
  end

  test "refuses a corrupt archive whose checksum holds", context do
    pack(context, [{to_charlist(@library), @content}])

    for corrupt <- ["", "no gzip", :zlib.gzip("no tar"), :zlib.gzip(:binary.copy("no tar", 512))] do
      write_archive(context, corrupt)
      refused(context, "is not a readable archive")
    end
  end

  test "refuses an archive that is truncated anywhere, though its checksum holds", context do
    pack(context, [{to_charlist(@library), @content}])
    whole = File.read!(context.archive)

    for size <- 0..(byte_size(whole) - 1)//7 do
      write_archive(context, binary_part(whole, 0, size))
      refused(context, "is not a readable archive")
    end
  end

  test "refuses a tar that ends in the middle of the library", context do
    pack(context, [{to_charlist(@library), @content}])
    tar = context.archive |> File.read!() |> :zlib.gunzip()

    for size <- [0, 100, 512, 513, 600] do
      write_archive(context, :zlib.gzip(binary_part(tar, 0, size)))
      refused(context, "is not a readable archive")
    end
  end

  test "refuses an empty archive", context do
    pack(context, [])
    refused(context, "must hold #{@library} alone, but holds nothing")
  end

  test "refuses an archive that holds something else, wherever it points", context do
    for name <- [~c"../evil", ~c"/tmp/evil", ~c"libother.so", ~c"./" ++ to_charlist(@library)] do
      pack(context, [{name, @content}])
      refused(context, "must hold #{@library} alone, but holds \"#{name}\"")
    end
  end

  test "refuses an archive that holds more than the library", context do
    library = to_charlist(@library)

    for more <- [~c"extra", library] do
      pack(context, [{library, @content}, {more, @content}])
      refused(context, "must hold #{@library} alone")
    end
  end

  test "refuses a link, a folder or a device in the place of the library", context do
    for {type, word} <- [{"1", "link"}, {"2", "symlink"}, {"3", "char"}, {"5", "directory"}] do
      write_archive(context, :zlib.gzip([header(@library, type, "/etc/passwd"), <<0::8192>>]))
      refused(context, "alone, but holds a #{word} ")
    end
  end

  test "refuses a link beside the library", context do
    for {type, word} <- [{"1", "link"}, {"2", "symlink"}] do
      pack(context, [{to_charlist(@library), @content}])
      tar = context.archive |> File.read!() |> :zlib.gunzip()
      write_archive(context, :zlib.gzip([header("alias.so", type, @library), tar]))
      refused(context, "but holds a #{word} \"alias.so\", \"#{@library}\"")
    end
  end

  test "refuses a library for another processor or another system, by name", context do
    for {name, found} <- [
          {"libshop-v0.1.0-nif-2.15-aarch64-unknown-linux-gnu.so", "x86_64 (ELF)"},
          {"libshop-v0.1.0-nif-2.15-x86_64-apple-darwin.so", "x86_64 (ELF)"},
          {"shop-v0.1.0-nif-2.15-x86_64-pc-windows-msvc.dll", "x86_64 (ELF)"}
        ] do
      context = named(context, name)
      pack(context, [{to_charlist(name), @content}])
      {:ok, %{triple: triple}} = Target.parts(name)
      refused(context, "holds a library for #{found}, not for #{triple}")
    end
  end

  test "refuses a file that is not a library", context do
    pack(context, [{to_charlist(@library), "#!/bin/sh"}])
    refused(context, "holds a file that is not a library for x86_64-unknown-linux-gnu")
  end

  test "refuses a library that needs a newer NIF version, and names both versions", context do
    name = "libshop-v0.1.0-nif-2.99-x86_64-unknown-linux-gnu.so"
    context = named(context, name)
    pack(context, [{to_charlist(name), @content}])
    runtime = :erlang.system_info(:nif_version)
    refused(context, "needs NIF version 2.99, this Erlang/OTP has #{runtime}")
  end

  test "refuses an archive whose name is none of an artifact", context do
    for name <- ["libshop.so", "libshop-v0.1.0-nif-two-x86_64-unknown-linux-gnu.so"] do
      context = named(context, name)
      pack(context, [{to_charlist(name), @content}])
      refused(context, "#{name} is not the name of an artifact")
    end
  end

  test "leaves nothing half written where the library cannot be put", context do
    pack(context, [{to_charlist(@library), @content}])
    File.mkdir_p!(Path.join([context.target, @library, "in the way"]))
    refused(context, "cannot be written")
  end

  test "knows every machine of the release's targets, and other formats" do
    elf = fn class, data, machine -> <<0x7F, "ELF", class, data, 0::80, 0, 0>> <> machine end
    pe = fn machine -> <<"MZ", 0::464, 64::32-little, "PE", 0, 0, machine::16-little>> end

    for {bytes, triple} <- [
          {elf.(2, 1, <<62, 0>>), "x86_64-unknown-linux-musl"},
          {elf.(2, 1, <<183, 0>>), "aarch64-unknown-linux-gnu"},
          {elf.(1, 1, <<40, 0>>), "arm-unknown-linux-gnueabihf"},
          {elf.(2, 1, <<243, 0>>), "riscv64gc-unknown-linux-gnu"},
          {<<0xFEEDFACF::32-little, 0x0100000C::32-little>>, "aarch64-apple-darwin"},
          {<<0xFEEDFACF::32-little, 0x01000007::32-little>>, "x86_64-apple-darwin"},
          {pe.(0x8664), "x86_64-pc-windows-msvc"},
          {elf.(1, 1, <<40, 0>>), "armv7-unknown-linux-gnueabihf"},
          # Without a name here, so it cannot be told from another: s390x.
          {elf.(2, 2, <<0, 22>>), "s390x-unknown-linux-gnu"}
        ] do
      assert Machine.check(bytes, triple) == :ok
    end

    assert {:error, "holds a library for 22 (ELF), not for x86_64" <> _} =
             Machine.check(elf.(2, 2, <<0, 22>>), "x86_64-unknown-linux-gnu")

    for cut <- ["", "MZ", <<0x7F, "ELF", 2, 1>>, <<"MZ", 0::464, 999::32-little, "PE">>] do
      assert Machine.read(cut) == :error
    end
  end

  test "names both NIF versions when the runtime is too old" do
    assert Archive.check_nif_version("2.15", "2.16") == :ok
    assert {:error, message} = Archive.check_nif_version("2.17", "2.16")
    assert message =~ "needs NIF version 2.17, this Erlang/OTP has 2.16"
  end

  test "the libraries that are installed are for this machine" do
    {:ok, triple} = Target.triple()

    for crate <- ~w(roundtrip_nif roundtrip_server) do
      files = Path.wildcard(Application.app_dir(:roundtrip, "priv/native/*#{crate}*"))
      assert [_ | _] = files
      for file <- files, do: assert(Machine.check(File.read!(file), triple) == :ok)
    end
  end
end
