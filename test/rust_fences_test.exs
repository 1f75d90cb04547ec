defmodule Roundtrip.RustFencesTest do
  use ExUnit.Case, async: true
  @moduletag :tmp_dir

  alias Livemd.Parser
  alias Roundtrip.RustFences

  # The first fence opens on line 5, so its code starts on line 6.
  defp notebook(fences) do
    body = for {info, code} <- fences, do: "```#{info}\n#{code}\n```\n\n"
    assert {:ok, notebook} = Parser.parse("# T\n\n## S\n\n#{body}", "n.livemd")
    notebook
  end

  defp missing(dir, code, source) do
    path = Path.join(dir, "a.rs")
    File.write!(path, source)

    for problem <- RustFences.check_quotes(notebook([{"rust", code}]), [path]),
        do: {problem.line, problem.message}
  end

  describe "a rust fence" do
    @source """
    mod a {
        fn one() {

            two();
        }
    }

    fn one() {
        three();
    }
    """

    test "stands in a file word for word, indented or not", %{tmp_dir: dir} do
      for code <- [
            "mod a {",
            "fn one() {\n    three();\n}",
            "fn one() {\n\n    two();\n}",
            "    fn one() {\n\n        two();\n    }\n}",
            "\nfn one() {\n    three();\n}\n"
          ] do
        assert missing(dir, code, @source) == []
      end
    end

    test "of which a line differs names that line", %{tmp_dir: dir} do
      for {code, line, message} <- [
            {"one() {", 6, "no source file has this line"},
            {"fn two() {", 6, "no source file has this line"},
            {"fn one() {\n    four();\n}", 7, "a.rs:3"},
            {"fn one() {\n    three(); // more\n}", 7, "a.rs:3"},
            {"fn one() {\n   three();\n}", 7, "a.rs:3"},
            {"fn one() {\n\n  two();\n}", 8, "a.rs:4"},
            {"fn one() {\n    two();\n}", 7, "isn't the same as"},
            {"    three();\n}\nfn", 8, "a.rs:11"},
            {"mod a {\n\n    fn one() {", 7, "a.rs:2"}
          ] do
        assert [{^line, found}] = missing(dir, code, @source), code
        assert found =~ message
      end
    end

    test "that is empty proves nothing", %{tmp_dir: dir} do
      assert [{5, _}] = missing(dir, "", @source)
    end

    test "may stand in any of the files, and in details", %{tmp_dir: dir} do
      paths = for name <- ["a.rs", "b.rs"], do: Path.join(dir, name)
      for path <- paths, do: File.write!(path, "// #{Path.basename(path)}\n")
      assert RustFences.check_quotes(notebook([{"rust", "// b.rs"}]), paths) == []

      details = "<details>\n<summary>Hint</summary>\n\n```rust\n// c.rs\n```\n\n</details>\n"
      {:ok, notebook} = Parser.parse("# T\n\n## S\n\n" <> details, "n.livemd")
      assert [%{line: 9}] = RustFences.check_quotes(notebook, paths)
    end

    test "of another mark is not looked for" do
      fences = [{"rust,compile_fail", "a"}, {"c", "a"}, {"text", "a"}]
      assert RustFences.check_quotes(notebook(fences), []) == []
      assert [%{line: 6}] = RustFences.check_quotes(notebook([{"rust", "a"}]), [])
    end
  end

  describe "a fence that must not compile" do
    @describetag :rust

    unless System.find_executable("cargo") do
      @describetag skip: "cargo is not installed"
    end

    @moved "fn f() {\n    let v = Vec::new();\n    v.push(1);\n}"
    @mismatch "const A: u8 = \"a\";"
    @syntax "fn f( {"

    test "is rejected with its code, or with none", %{tmp_dir: dir} do
      fences = [
        {"rust,compile_fail,E0596", @moved},
        {"rust,compile_fail,E0308", @mismatch <> "\nfn g() -> u8 { unknown() }"},
        {"rust,compile_fail,E0425", @mismatch <> "\nfn g() -> u8 { unknown() }"},
        {"rust,compile_fail", @syntax}
      ]

      # The second and third are the same code: one of its two errors is enough.
      assert RustFences.check_compile_fail(notebook(fences), dir: dir) == {:ok, 4}
    end

    test "and is not is a problem with its line", %{tmp_dir: dir} do
      fences = [
        {"rust,compile_fail,E0596", "fn f() {}"},
        {"rust,compile_fail", "fn f() {}"},
        {"rust,compile_fail,E0308", @moved},
        {"rust,compile_fail", @mismatch},
        {"rust,compile_fail,E0308", @syntax},
        {"rust,compile_fail,E0308", @mismatch}
      ]

      assert {:error, problems} = RustFences.check_compile_fail(notebook(fences), dir: dir)

      assert Enum.map(problems, &{&1.line, &1.message}) == [
               {5, "compiles, although it is marked compile_fail"},
               {9, "compiles, although it is marked compile_fail"},
               {13, "is rejected with E0596 and not with E0308"},
               {20, "is rejected with E0308: write the code into the mark"},
               {24, "is rejected with an error without a code and not with E0308"}
             ]
    end

    test "is no proof where nothing compiles", %{tmp_dir: dir} do
      opts = [dir: dir, dependencies: "none = { path = \"none\" }", cargo_args: ["--offline"]]
      fences = [{"rust,compile_fail,E0308", @mismatch}]

      assert {:error, [%{line: 5, message: message}]} =
               RustFences.check_compile_fail(notebook(fences), opts)

      assert message =~ "doesn't compile at all"
    end

    test "may use dependencies, with the versions of a lock file", %{tmp_dir: dir} do
      File.mkdir_p!(Path.join(dir, "dep/src"))

      File.write!(
        Path.join(dir, "dep/Cargo.toml"),
        "[package]\nname = \"dep\"\nversion = \"1.0.0\"\n"
      )

      File.write!(Path.join(dir, "dep/src/lib.rs"), "pub fn one() -> u8 { 1 }\n")
      File.write!(Path.join(dir, "lock"), "version = 3\n")

      opts = [
        dir: Path.join(dir, "fences"),
        dependencies: "dep = { path = \"../dep\" }",
        lock: Path.join(dir, "lock"),
        target_dir: Path.join(dir, "target")
      ]

      fences = [{"rust,compile_fail,E0308", "pub fn f() -> bool { dep::one() }"}]
      assert RustFences.check_compile_fail(notebook(fences), opts) == {:ok, 1}
      assert File.dir?(Path.join(dir, "target/debug"))

      assert {:error, [%{message: message}]} =
               RustFences.check_compile_fail(
                 notebook([{"rust,compile_fail,E0308", "fn f() -> u8 { dep::one() }"}]),
                 opts
               )

      assert message =~ "compiles"
    end

    test "of a run before does not stay", %{tmp_dir: dir} do
      two = [{"rust,compile_fail,E0308", @mismatch}, {"rust,compile_fail,E0596", @moved}]
      assert RustFences.check_compile_fail(notebook(two), dir: dir) == {:ok, 2}

      assert RustFences.check_compile_fail([notebook(tl(two)), notebook([])], dir: dir) ==
               {:ok, 1}

      assert File.ls!(Path.join(dir, "examples")) |> Enum.sort() == ["control.rs", "fence_1.rs"]
    end
  end

  test "no such fence needs no cargo", %{tmp_dir: dir} do
    assert RustFences.check_compile_fail(notebook([{"rust", "a"}]), dir: Path.join(dir, "none")) ==
             {:ok, 0}

    refute File.exists?(Path.join(dir, "none"))
  end
end
