defmodule Livemd.LinterTest do
  use ExUnit.Case, async: true
  doctest Livemd.Linter.Links
  doctest Livemd.Syntax

  alias Livemd.{Linter, Parser, Syntax}

  @continue ~s(<!-- livebook:{"continue_on_error":true} -->\n\n)

  defp lint(text, opts \\ [], path \\ "n.livemd") do
    assert {:ok, notebook} = Parser.parse(text, path)
    for problem <- Linter.lint(notebook, opts), do: {problem.line, problem.message}
  end

  defp in_section(body), do: "# T\n\n## S\n\n" <> body
  defp cell(code), do: "```elixir\n#{code}\n```\n\n"
  defp details(name, body), do: "<details>\n<summary>#{name}</summary>\n\n#{body}</details>\n\n"

  defp exercise(name \\ "a") do
    cell("# exercise: #{name}\nx = 1") <>
      @continue <>
      cell("# check: #{name}\nassert x == 2") <>
      details("Hint", "Add.\n\n") <> details("Solution", cell("x = 2"))
  end

  test "nothing is wrong in a good notebook" do
    assert lint(in_section(exercise()), assertions: true) == []
  end

  test "the sample is good but for the notebook that it links to" do
    path = Path.expand("fixtures/sample.livemd", __DIR__)
    {:ok, notebook} = Parser.read(path)

    assert [%{line: 122, message: "the link resources.livemd leads to no file"}] =
             Linter.lint(notebook)
  end

  describe "cells" do
    test "must parse" do
      assert [{7, message}] = lint(in_section(cell("x = 1\n)")))
      assert message =~ "unexpected"
      assert [{_, _}] = lint(in_section(cell("x = (\n")))
    end

    test "that need a toolchain do not stop the rest where there is none" do
      rust = "defmodule A.Doubler do\n  use Roundtrip.Rust, source: \"\"\nend"
      use = "assert A.Doubler.double(1) == 2"
      opts = [toolchains: [Roundtrip.Rust]]

      assert [{6, message}, {12, message}] = lint(in_section(cell(rust) <> cell(use)), opts)
      assert message =~ "without a toolchain this cell stops the rest"
      assert lint(in_section(@continue <> cell(rust) <> @continue <> cell(use)), opts) == []
    end

    test "end in a value, if asked" do
      text = in_section(cell("x = 1\nassert x == 1") <> cell("refute false"))
      assert lint(text) == []
      assert [{7, message}, {11, message}] = lint(text, values: true)
      assert message =~ "end it in the value"

      values = ["x = 1", "assert {:ok, 1} = {:ok, 1}", "assert_raise E, f", "assert 1 == 1\n1"]
      for code <- values, do: assert(lint(in_section(cell(code)), values: true) == [])
      assert lint(in_section(exercise()), values: true) == []
    end

    test "of a section assert something, if asked" do
      text = in_section(cell("x = 1"))
      assert lint(text) == []
      assert [{3, message}] = lint(text, assertions: true)
      assert message =~ ~s(the section "S" has cells and no assertion)
      assert lint(in_section("text\n"), assertions: true) == []

      for call <- ["assert x", "refute x", "assert_receive :a", "ExUnit.Assertions.assert(x)"] do
        assert lint(in_section(cell(call)), assertions: true) == []
      end

      for none <- ["assert = 1", "x = :assert", "def assert_this(x), do: x", "&assert/1"] do
        assert [_] = lint(in_section(cell(none)), assertions: true)
      end
    end

    test "that may be skipped assert nothing" do
      assert [{6, message}] = lint(in_section(cell("alias Kino.Tree\nassert Tree.new(1)")))
      assert message =~ "Kino may be skipped"
      assert lint(in_section(cell("Kino.Tree.new(1)"))) == []
    end
  end

  describe "exercises" do
    test "a check carries continue_on_error" do
      text = in_section(String.replace(exercise(), @continue, ""))
      assert [{11, message}] = lint(text)
      assert message =~ "stops the rest"
    end

    test "and nothing else does" do
      assert [{8, message}] = lint(in_section(@continue <> cell("1")))
      assert message =~ "isn't a check"

      assert [{8, _}] =
               lint(in_section(@continue <> cell("# exercise: b\n1") <> exercise()))
               |> Enum.take(1)

      text = "# T\n\n" <> @continue <> cell("Mix.install([])") <> "## S\n"
      assert [{6, _}] = lint(text)
    end

    test "an exercise has a check after it, in its section" do
      assert [{6, message}] = lint(in_section(cell("# exercise: a\n1")))
      assert message =~ "has no check"

      check = @continue <> cell("# check: a\nassert 1")

      assert [{6, _}, {15, message}] =
               lint(in_section(cell("# exercise: a\n1") <> "## T\n\n" <> check))

      assert message =~ "has no exercise before it"
    end

    test "only a compiler refuses a stub" do
      marked = String.replace(exercise(), "exercise: a", "exercise: a (E0308: not yet)")
      assert [{6, message}] = lint(in_section(marked))
      assert message =~ "a stub that needs no toolchain has no compiler"

      rust = String.replace(@continue <> marked, "x = 1", "MyApp.Rust.x()")
      assert lint(in_section(rust), toolchains: [MyApp.Rust]) == []
    end

    test "a check has an exercise before it" do
      assert [{8, message}] = lint(in_section(@continue <> cell("# check: a\nassert 1")))
      assert message =~ "no exercise before it"

      turned = @continue <> cell("# check: a\nassert 1") <> cell("# exercise: a\n1")
      assert [{8, _}, {13, _}] = lint(in_section(turned))
    end

    test "names are unique" do
      problems = lint(in_section(exercise() <> exercise()))

      assert Enum.any?(problems, fn {_, message} -> message =~ "second exercise named a" end)

      assert Enum.any?(problems, fn {_, message} -> message =~ "second check named a" end)
      assert lint(in_section(exercise("a") <> exercise("b"))) == []
    end

    test "have a hint and a solution of their own" do
      for part <- ["Hint", "Solution"] do
        text = in_section(String.replace(exercise("a"), part, "Other") <> exercise("b"))
        assert [{13, message}] = lint(text)
        assert message =~ "has no details `#{part}`"
      end

      apart = String.replace(exercise(), "<details>", "## U\n\n<details>")
      assert [{13, _}, {13, _}] = lint(in_section(apart))
    end

    test "a solution is one fence that parses" do
      for {solution, message} <- [
            {"text\n\n", "holds 0"},
            {cell("1") <> cell("2"), "holds 2"},
            {cell("("), "doesn't parse"}
          ] do
        text = in_section(String.replace(exercise(), cell("x = 2"), solution))
        assert [{_, found}] = lint(text)
        assert found =~ message
      end
    end
  end

  describe "bindings" do
    defp after_check(bound, code) do
      check = "assert x == 2\n" <> bound
      lint(in_section(String.replace(exercise(), "assert x == 2", check) <> cell(code)))
    end

    test "of a check are read by no later cell" do
      for {bound, code} <- [
            {"y = 1", "y"},
            {"{:ok, y} = f()", "z = y + 1"},
            {"assert {:ok, y} = f()", "fn -> y end"},
            {"y = 1", ~S("#{y}")},
            {"y = 1", "^y = 1"},
            {"y = 1", "if true do\n  y = 2\nend\ny"},
            {"y = 1", "y = y + 1"},
            {"y = 1", "case 1 do\n  z when z > y -> 1\nend"}
          ] do
        assert [{_, message}] = after_check(bound, code), inspect({bound, code})
        assert message =~ "reads `y`, which the check of a binds"
      end
    end

    test "may have the same name elsewhere" do
      for {bound, code} <- [
            {"y = 1", "y = 2\ny"},
            {"y = 1", "fn y -> y end"},
            {"y = 1", "Enum.map([], fn {y, _} -> y end)"},
            {"y = 1", "for y <- [1], do: y"},
            {"y = 1", "with {:ok, y} <- f(), do: y"},
            {"y = 1", "case f() do\n  y -> y\nend"},
            {"y = 1", "def f(y), do: y"},
            {"y = 1", "%{y: 1}.y"},
            {"y = 1", "y(1)"},
            {"y = 1", "quote do: y"},
            {"fn y -> y end", "y"},
            {"if true, do: y = 1", "y"},
            {"integer = 1", "<<1::integer>>"},
            {"doc = 1", "@doc \"a\""}
          ] do
        assert after_check(bound, code) == [], inspect({bound, code})
      end
    end

    test "are the check's until they are bound again" do
      text = String.replace(exercise(), "assert x == 2", "assert x == 2\ny = 1")
      assert lint(in_section(text <> cell("y = 2") <> cell("y"))) == []
    end

    test "of a cell that may be skipped are read only by others like it" do
      text = in_section(cell("frame = Kino.Frame.new()") <> cell("Kino.render(frame)"))
      assert lint(text) == []
      assert [{_, message}] = lint(text <> cell("frame"))
      assert message =~ "skipped without Kino"

      # A cell that needs a toolchain may be one that names a module of another.
      rust = "defmodule A.Doubler do\n  use Roundtrip.Rust, source: \"\"\nend"
      bound = @continue <> cell(rust) <> @continue <> cell("two = A.Doubler.double(1)")
      opts = [toolchains: [Roundtrip.Rust]]
      assert lint(in_section(bound <> @continue <> cell("A.Doubler.double(two)")), opts) == []
      assert [{_, message}] = lint(in_section(bound <> cell("two")), opts)
      assert message =~ "skipped without its toolchain"
    end
  end

  describe "the setup" do
    defp with_setup(code, path \\ "n.livemd") do
      {:ok, notebook} = Parser.parse("# T\n\n" <> cell(code) <> "## S\n", path)
      notebook
    end

    defp setup_lint(code, common) do
      for problem <- Linter.lint(with_setup(code), setup: with_setup(common, "index.livemd")),
          do: {problem.line, problem.message}
    end

    @install "root = Path.expand(\"..\", __DIR__)\nMix.install([{:app, path: root}, {:kino, \"~> 0.19\"}])"

    test "is the same text as that of the other notebook" do
      assert setup_lint(@install, @install) == []

      for {from, to, line} <- [
            {"0.19", "0.18", 5},
            {"root =", "dir =", 4},
            {"])", "])\nalias A.B", 6},
            {"\nMix", " # a comment\nMix", 4}
          ] do
        assert [{^line, message}] = setup_lint(String.replace(@install, from, to), @install)
        assert message == "the setup differs here from index.livemd:#{line}"
      end

      assert [{5, _}] = setup_lint("root = Path.expand(\"..\", __DIR__)", @install)
    end

    test "is compared only where there are two" do
      assert Linter.lint(with_setup(@install)) == []
      {:ok, without} = Parser.parse("# T\n\n## S\n", "n.livemd")
      assert Linter.lint(without, setup: with_setup(@install)) == []
      assert Linter.lint(with_setup(@install), setup: without) == []
    end

    test "parses, and is never evaluated" do
      assert [{4, message}] = lint("# T\n\n" <> cell("x = )") <> "## S\n")
      assert message =~ "unexpected"
      lint("# T\n\n" <> cell("send(#{inspect(:lint_test)}, :run)") <> "## S\n")
      refute_received _
    end
  end

  describe "links" do
    @describetag :tmp_dir

    defp lint_links(dir, body) do
      File.write!(Path.join(dir, "other.livemd"), """
      # Other: the `title`

      ````text
      text
      ## Not a heading
      ```
      ````

      ## What's new?
      """)

      lint(in_section(body), [], Path.join(dir, "n.livemd"))
    end

    test "lead to files and headings that exist", %{tmp_dir: dir} do
      File.write!(Path.join(dir, "n.livemd"), in_section("### Own part\n"))

      for target <- [
            "other.livemd",
            "other.livemd#whats-new",
            "other.livemd#what-s-new",
            "other.livemd#other-the-title",
            "#own-part",
            "https://example.org/none",
            "mailto:a@example.org"
          ] do
        assert lint_links(dir, "see [it](#{target})\n") == [], target
      end
    end

    test "must not be broken, wherever they stand", %{tmp_dir: dir} do
      for {body, line} <- [
            {"text\nsee [it](none.livemd)\n", 6},
            {"- a\n- [it](other.livemd), [it](none.livemd)\n", 6},
            {"| a |\n| - |\n| [it](none.livemd) |\n", 7},
            {"![image](none.png)\n", 5},
            {"[`code`](none.livemd)\n", 5},
            {"[it](other.livemd#none)\n", 5},
            {"[it](other.livemd#not-a-heading)\n", 5},
            {"[it](none.livemd \"title\")\n", 5},
            {details("Hint", "[it](none.livemd)\n\n"), 8}
          ] do
        assert [{^line, message}] = lint_links(dir, body), body
        assert message =~ "leads to no"
      end
    end

    test "in a code span are none", %{tmp_dir: dir} do
      assert lint_links(dir, "`[it](none.livemd)`\n") == []
    end
  end

  test "variables of code that does not parse are none" do
    assert Syntax.variables("(") == {MapSet.new(), MapSet.new()}
  end

  test "an unknown option is refused" do
    {:ok, notebook} = Parser.parse("# T\n", "n.livemd")
    assert_raise ArgumentError, fn -> Linter.lint(notebook, dependencies: []) end
  end
end
