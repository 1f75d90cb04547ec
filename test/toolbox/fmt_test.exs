defmodule Roundtrip.Toolbox.FmtTest do
  # `mix fmt` as mix.exs has it, on a project that is badly formatted in three languages.
  use ExUnit.Case, async: false

  @moduletag skip: if(match?({:win32, _}, :os.type()), do: "the stand-in is a shell script")

  alias Roundtrip.Toolbox.{Command, TempDir}

  @untidy %{
    "lib/scratch.ex" => "defmodule Scratch do\ndef twice( n ),do: n*2\nend\n",
    "native/src/lib.rs" => "pub fn twice( n:i64 )->i64{n*2}\n",
    "bench/a.c" => "long twice( long n ){return n*2;}\n",
    "bench/deep/b.h" => "long twice( long n );\n"
  }

  # Stands in for the real one: a test must not depend on it, nor on its version.
  @clang_format """
  #!/bin/sh
  test "$1" = -i && shift || exit 2
  for file; do echo tidy >"$file"; done
  """

  @failing """
  #!/bin/sh
  echo no such style
  exit 3
  """

  test "mix fmt formats Elixir, Rust and C" do
    {answer, files} = fmt(@clang_format)

    assert {:ok, _} = answer
    assert files["lib/scratch.ex"] == "defmodule Scratch do\n  def twice(n), do: n * 2\nend\n"
    assert files["native/src/lib.rs"] == "pub fn twice(n: i64) -> i64 {\n    n * 2\n}\n"
    assert files["bench/a.c"] == "tidy\n"
    assert files["bench/deep/b.h"] == "tidy\n"
  end

  test "mix fmt fails if clang-format fails" do
    {answer, files} = fmt(@failing)

    assert {:failed, text} = answer
    assert text =~ "clang-format failed (exit 3): no such style"
    assert files["bench/a.c"] == @untidy["bench/a.c"]
  end

  @tag skip: if(Command.installed?("clang-format"), do: "clang-format is installed here")
  test "without clang-format, mix fmt says so and formats the rest" do
    {answer, files} = fmt(nil)

    assert {:ok, text} = answer
    assert text =~ "clang-format is not installed, so the C in bench/ isn't formatted"
    assert files["bench/a.c"] == @untidy["bench/a.c"]
    assert files["native/src/lib.rs"] != @untidy["native/src/lib.rs"]
  end

  test "the post's alias finds the C files only if mix cmd has a shell" do
    {_answer, files} = fmt(@clang_format, post())

    expected =
      if Version.match?(System.version(), "< 1.19.0-rc.0"),
        do: "tidy\n",
        else: @untidy["bench/a.c"]

    assert files["bench/a.c"] == expected
  end

  defp post do
    """
    defmodule Scratch.MixProject do
      use Mix.Project
      def project, do: [app: :scratch, version: "0.1.0", aliases: aliases()]
      defp aliases, do: [fmt: ["format", "cmd clang-format -i bench/*.[ch]"]]
    end
    """
  end

  defp fmt(clang_format, mix_exs \\ File.read!("mix.exs")) do
    files =
      Map.merge(@untidy, %{
        "mix.exs" => mix_exs,
        ".formatter.exs" => File.read!(".formatter.exs"),
        "native/Cargo.toml" =>
          ~s([package]\nname = "scratch"\nversion = "0.1.0"\nedition = "2024"\n)
      })

    files = if clang_format, do: Map.put(files, "bin/clang-format", clang_format), else: files
    path = System.get_env("PATH")
    hex = System.get_env("ROUNDTRIP_HEX")

    try do
      TempDir.with_files(files, fn folder ->
        if clang_format, do: File.chmod!(Path.join(folder, "bin/clang-format"), 0o755)
        System.put_env("PATH", Path.join(folder, "bin") <> ":" <> path)
        System.put_env("ROUNDTRIP_HEX", "0")
        Command.run("mix", ["fmt"], cd: folder)
      end)
    after
      System.put_env("PATH", path)
      if hex, do: System.put_env("ROUNDTRIP_HEX", hex), else: System.delete_env("ROUNDTRIP_HEX")
    end
  end
end
