defmodule Roundtrip.Rust.BuildOutputTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO
  alias Roundtrip.Rust.{BuildOutput, MappedLibraries}

  defp read(output, lines), do: Enum.reduce(lines, output, &BuildOutput.handle({:line, &1}, &2))

  @compiling "\e[1m\e[92m   Compiling\e[0m syn v3.0.10"
  @own "   Compiling cell_12ab v0.0.0 (/home/me/.cache/roundtrip/rust/1/cells/cell_12ab)"

  test "what is built for the first time shows its progress, line by line" do
    text =
      capture_io(fn ->
        send(
          self(),
          read(BuildOutput.new("Doubler", "cell_12ab", "the shared crates"), [@compiling])
        )
      end)

    assert [_announcement, @compiling, ""] = String.split(text, "\n")
    assert_received %BuildOutput{} = output
    assert capture_io(fn -> read(output, [@own]) end) == "   Compiling Doubler\n"
  end

  test "a quick build is silent; one that takes long says what it did and does" do
    output = BuildOutput.new("Doubler", "cell_12ab", nil)
    assert capture_io(fn -> read(output, [@compiling]) end) == ""

    late = %{read(output, [@compiling]) | silent_until: System.monotonic_time(:millisecond)}
    text = capture_io(fn -> BuildOutput.handle(:silence, late) end)
    assert text == "Building Doubler takes a while.\n#{@compiling}\n"
  end

  test "rustc's text is kept and cargo's is not" do
    lines = [
      @compiling,
      "error[E0425]: cannot find value `m`",
      "  = note: Compiling this is no progress",
      "            Finished is a word of the reader",
      "\e[1m\e[91merror\e[0m: could not compile `cell_12ab` (lib) due to 1 previous error",
      "warning: `cell_12ab` (lib) generated 1 warning"
    ]

    output = read(BuildOutput.new("Doubler", "cell_12ab", nil), lines)
    assert BuildOutput.text(output) == lines |> Enum.slice(1, 3) |> Enum.join("\n")
  end

  test "places in sources of Rust's own library, and notes of them only, are removed" do
    message = """
    error[E0004]: non-exhaustive patterns: `None` not covered
     --> a.rs:1:48
      |
    1 | match o { Some(s) => s.len() }
      |       ^ pattern `None` not covered
      |
    note: `Option<String>` defined here
     --> /rustc/5980761/library/core/src/option.rs:600:0
     ::: /rustc/5980761/library/core/src/option.rs:604:4
      |
      = note: not covered
      = note: the matched value is of type `Option<String>`
    help: the following other types implement trait `Add<Rhs>`
     --> /rustc/5980761/library/core/src/ops/arith.rs:99:8
      |
      = note: `i64` implements `Add`
     ::: /rustc/5980761/library/core/src/ops/arith.rs:114:0
      |
      = note: in this macro invocation
    note: required by a bound in `own`
     --> a.rs:7:1
      |
    7 | fn own<T: Send>() {}
      |

    error: two
    \e[92mnote\e[0m: required by a bound in `spawn`
     \e[94m--> \e[0m/rustc/5980761/library/std/src/thread.rs:125:0
    """

    assert BuildOutput.without_library_sources(message) == """
           error[E0004]: non-exhaustive patterns: `None` not covered
            --> a.rs:1:48
             |
           1 | match o { Some(s) => s.len() }
             |       ^ pattern `None` not covered
             |
           help: the following other types implement trait `Add<Rhs>`
             = note: `i64` implements `Add`
           note: required by a bound in `own`
            --> a.rs:7:1
             |
           7 | fn own<T: Send>() {}
             |

           error: two\
           """
  end

  test "what is not the reader's fault comes with what to do" do
    output = BuildOutput.new("Doubler", "cell_12ab", nil)
    assert BuildOutput.text(read(output, ["error: linker `cc` not found"])) =~ "apt install gcc"

    assert BuildOutput.text(read(output, ["error: failed to download `syn`"])) =~
             "needs a network"
  end

  test "what is mapped is counted by library" do
    maps = """
    7f6204196000-7f62041aa000 r--p 00000000 fe:00 9888190    /x y/loads/roundtrip-cell-1-2.so (deleted)
    7f62041aa000-7f62041ab000 r-xp 00013000 fe:00 9888190    /x y/loads/roundtrip-cell-1-2.so (deleted)
    7f62041e7000-7f62041e8000 r--p 0004f000 fe:00 9888191    /x y/loads/roundtrip-cell-1-3.so (deleted)
    7f6211000000-7f6222000000 r--p 00000000 fe:00 9888192    /lib/libc.so.6
    """

    assert MappedLibraries.parse(maps) == %{libraries: 2, bytes: 0x16000}
    assert MappedLibraries.parse("") == %{libraries: 0, bytes: 0}
  end

  test "a restart is suggested after many versions that stayed, and not each time" do
    many = %{libraries: 21, bytes: 9_000_000}
    assert MappedLibraries.suggestion(40, many, true) =~ "21 are still mapped (9.0 MB)"
    assert MappedLibraries.suggestion(41, many, true) == nil
    assert MappedLibraries.suggestion(40, %{many | libraries: 1}, true) == nil
    assert MappedLibraries.suggestion(20, %{libraries: 0, bytes: 0}, false) =~ "a restart"
  end
end
