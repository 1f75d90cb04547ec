defmodule Roundtrip.Release.ChecksTest do
  # Every check of bin/checks.sh, on libraries made for it.
  use ExUnit.Case, async: true

  here = :os.type() == {:unix, :linux} and Enum.all?(~w(cc readelf), &System.find_executable/1)
  @moduletag skip: if(here, do: false, else: "Linux with cc and readelf is not here")

  @gnu "x86_64-unknown-linux-gnu"
  @musl "x86_64-unknown-linux-musl"

  setup do
    folder = Path.join(System.tmp_dir!(), "roundtrip-#{System.unique_integer([:positive])}")
    File.mkdir_p!(folder)
    on_exit(fn -> File.rm_rf!(folder) end)
    %{folder: folder}
  end

  defp library(%{folder: folder}, c, flags \\ []) do
    source = Path.join(folder, "shop.c")
    library = Path.join(folder, "libshop.so")
    File.write!(source, c)
    args = ["-shared", "-fPIC", "-Wl,--no-as-needed", "-o", library, source] ++ flags
    assert {_, 0} = System.cmd("cc", args, stderr_to_stdout: true)
    library
  end

  defp bash(script, args, env \\ []) do
    System.cmd("bash", ["-euc", ". bin/prepare.sh; . bin/checks.sh; " <> script, "checks" | args],
      stderr_to_stdout: true,
      env: env
    )
  end

  defp check(target, library, glibc \\ ""),
    do: bash(~S(check_library "$@"), [target, library, glibc])

  test "a library without the NIF entry", context do
    assert {message, 1} = check(@gnu, library(context, "int other(void) { return 0; }"))
    assert message =~ "libshop.so does not export nif_init"
  end

  test "an entry that is hidden is none", context do
    hidden = ~s|__attribute__((visibility("hidden"))) int nif_init(void) { return 0; }|
    assert {message, 1} = check(@gnu, library(context, hidden))
    assert message =~ "does not export nif_init"
  end

  @entry "int nif_init(void) { return 0; }"

  test "a glibc that is newer than promised, and one that is not", context do
    needs =
      "#include <stdlib.h>\n#include <string.h>\nvoid *nif_init(char *a, char *b) { return memcpy(a, b, 9999 + atoi(b)); }"

    library = library(context, needs)

    assert {message, 1} = check(@gnu, library, "2.1")
    assert message =~ ~r"needs glibc 2\.\d+, but 2\.1 is promised"
    assert {message, 0} = check(@gnu, library, "2.99")
    assert message =~ ~r"needs glibc 2\.\d+, and 2\.99 is promised"
    assert {message, 0} = check(@gnu, library)
    assert message =~ "the released one is built for an older glibc"
  end

  test "versions are compared as numbers", _context do
    assert {_, 0} = bash("newer 2.17 2.4", [])
    assert {_, 1} = bash("newer 2.4 2.17", [])
    assert {_, 1} = bash("newer 2.17.1 2.17", [])
  end

  test "on musl, a library of another libc's", context do
    assert {message, 1} = check(@musl, library(context, @entry, ["-lgcc_s"]))
    assert message =~ ~r"needs .*libgcc_s\.so\.1.*, which a bare Alpine lacks"
  end

  test "on musl, an unwinder that is left to somebody else", context do
    unwinds = "void _Unwind_Resume(void *); int nif_init(void) { _Unwind_Resume(0); return 0; }"
    assert {message, 1} = check(@musl, library(context, unwinds, ["-nostdlib"]))
    assert message =~ "leaves _Unwind_Resume to a libgcc_s"
  end

  test "on musl, a library that needs nothing else", context do
    assert {_, 0} = check(@musl, library(context, @entry, ["-nostdlib"]))
  end

  @otool """
  /Users/maker/libshop.dylib:
  \t@rpath/libshop.so (compatibility version 0.0.0, current version 0.0.0)
  \t/usr/lib/libSystem.B.dylib (compatibility version 1.0.0, current version 1351.0.0)
  """

  test "on macOS, what is loaded from the builder's disk" do
    feed = ~S(printf '%s' "$1" | foreign_to_macos)
    assert {"", 0} = bash(feed, [@otool])

    brewed = @otool <> "\t/opt/homebrew/lib/libz.1.dylib (compatibility version 1.0.0)\n"
    assert {"/opt/homebrew/lib/libz.1.dylib ", 0} = bash(feed, [brewed])
  end

  test "a tool that is missing is named, and its check said to be left out", context do
    assert {message, 0} = bash(~S(PATH=/nowhere; check_macos "$1"), [library(context, @entry)])
    assert message =~ "not checked: the exported NIF entry (none of these is here: nm llvm-nm)"
    assert message =~ "not checked: what it loads"
  end

  test "an archive that holds more than the library", %{folder: folder} do
    for file <- ~w(libshop.so extra), do: File.write!(Path.join(folder, file), "code")
    archive = Path.join(folder, "libshop.so.tar.gz")
    {_, 0} = System.cmd("tar", ["-czf", archive, "-C", folder, "libshop.so", "extra"])

    assert {message, 1} = bash(~S(check_archive tar "$1" libshop.so), [archive])
    assert message =~ "must hold libshop.so alone, but holds: libshop.so\nextra"
  end

  test "an archive beyond the limit", %{folder: folder} do
    archive = Path.join(folder, "libshop.so.tar.gz")
    File.write!(archive, String.duplicate("x", 500_001))
    assert {message, 1} = bash(~S(check_size "$1"), [archive])
    assert message =~ "has 500 kB, and 500 kB is the limit"
  end

  test "an archive of the server may be larger, up to a limit of its own", %{folder: folder} do
    archive = Path.join(folder, "libroundtrip_server-v0.1.0-nif-2.15-#{@gnu}.so.tar.gz")
    File.write!(archive, String.duplicate("x", 1_000_000))
    assert {_, 0} = bash(~S(check_size "$1"), [archive])

    File.write!(archive, "x", [:append])
    assert {message, 1} = bash(~S(check_size "$1"), [archive])
    assert message =~ "has 1000 kB, and 1000 kB is the limit"
  end

  test "a target that the release does not have" do
    assert {message, 1} =
             System.cmd("bash", ["bin/artifacts", "sparc-sun-solaris"], stderr_to_stdout: true)

    assert message =~ "'sparc-sun-solaris' is no target of the release"
    assert message =~ "x86_64-unknown-linux-musl"
  end
end
