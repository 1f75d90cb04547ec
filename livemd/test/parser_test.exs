defmodule Livemd.ParserTest do
  use ExUnit.Case, async: true
  doctest Livemd.Parser
  doctest Livemd.Problem

  alias Livemd.{Cell, Details, Fence, Parser, Prose, Section}

  # The body starts at line 5.
  defp in_section(body), do: "# T\n\n## S\n\n" <> body

  defp found(text) do
    case Parser.parse(text, "n.livemd") do
      {:ok, _} -> []
      {:error, problems} -> for problem <- problems, do: {problem.line, problem.message}
    end
  end

  defp blocks(body) do
    assert {:ok, notebook} = Parser.parse(in_section(body), "n.livemd")
    [section] = notebook.sections
    section.blocks
  end

  describe "reads" do
    test "the title, the setup and sections, each with its line" do
      text = """
      <!-- a word before -->

      # The title

      ```elixir
      Mix.install([])
      ```

      ## One

      text

      ## Two
      """

      assert {:ok, notebook} = Parser.parse(text, "n.livemd")
      assert notebook.path == "n.livemd"
      assert notebook.title == "The title"
      assert notebook.setup == %Cell{code: "Mix.install([])", line: 6}

      assert [%Section{name: "One", line: 9}, %Section{name: "Two", line: 13, blocks: []}] =
               notebook.sections
    end

    test "a notebook without a setup" do
      assert {:ok, %{setup: nil}} = Parser.parse("# T\n\n## S\n", "n.livemd")
    end

    test "a cell with the line of its first line of code" do
      assert blocks("```elixir\nx = 1\n\ny = 2\n```\n") == [
               %Cell{code: "x = 1\n\ny = 2", line: 6}
             ]
    end

    test "a cell of four backticks around a fence of three" do
      assert [%Cell{code: "~S'''\n```\n'''"}] = blocks("````elixir\n~S'''\n```\n'''\n````\n")
    end

    test "an exercise and its check" do
      body = """
      ```elixir
      # exercise: s-1
      x = 1
      ```

      <!-- livebook:{"continue_on_error":true} -->

      ```elixir
      # check: s-1
      assert x == 2
      ```
      """

      assert [
               %Cell{kind: {:exercise, "s-1"}, continue_on_error: false},
               %Cell{kind: {:check, "s-1"}, continue_on_error: true, line: 13}
             ] = blocks(body)
    end

    test "a stub that the compiler must refuse" do
      for {mark, error} <- [{"E0308: it doesn't compile yet", "E0308"}, {"error: x", "error"}] do
        assert [%Cell{kind: {:exercise, "s-1"}, expected_error: ^error}] =
                 blocks("```elixir\n# exercise: s-1 (#{mark})\nx\n```\n")
      end

      assert [%Cell{expected_error: nil}] = blocks("```elixir\n# exercise: s-1\n```\n")
    end

    test "every fence that is shown" do
      for info <-
            ~w(rust rust,compile_fail rust,compile_fail,E0596 c toml console text) ++
              ~w(mermaid diff yaml) do
        assert blocks("```#{info}\na\n```\n") == [%Fence{info: info, code: "a", line: 5}]
      end
    end

    test "details with prose and fences" do
      body = """
      <details>
      <summary>Solution</summary>

      Like so:

      ```elixir
      x = 2
      ```

      </details>
      """

      assert blocks(body) == [
               %Details{
                 summary: "Solution",
                 line: 5,
                 blocks: [
                   %Prose{kind: :paragraph, text: "Like so:", line: 8},
                   %Fence{info: "elixir", code: "x = 2", line: 10}
                 ]
               }
             ]
    end

    test "prose of each kind" do
      body = """
      A paragraph with `a | b` and {:ok, 1},
      on two lines, with `` a ` b ``.

      - one
        more
      - two

        after a blank line

      1. first
      2. second

      | a | b |
      | --- | :-: |
      | 1 | `x \\| y` |

      > a quote
      > goes on

      ### Deeper
      """

      assert [
               {:paragraph, 5},
               {:list, 8},
               {:list, 14},
               {:table, 17},
               {:quote, 21},
               {:heading, 24}
             ] = for(%Prose{kind: kind, line: line} <- blocks(body), do: {kind, line})
    end

    test "comments as nothing" do
      assert blocks("<!-- a remark -->\n\ntext\n\n<!-- another -->\n") == [
               %Prose{kind: :paragraph, text: "text", line: 7}
             ]
    end

    test "line ends of Windows like others" do
      text = in_section("```elixir\nx = 1\n```\n\n<!-- c -->\n\ntext\n")
      assert Parser.parse(String.replace(text, "\n", "\r\n"), "n") == Parser.parse(text, "n")
    end

    test "a file, and says when it cannot" do
      assert {:error, [problem]} = Parser.read("no/such.livemd")
      assert to_string(problem) == "no/such.livemd:1: cannot be read: no such file or directory"
    end
  end

  # {what, body from line 5 on, the line, a part of the message}
  @refused_in_section [
    {"a second title", "# U\n", 5, "second `#`"},
    {"a heading without a space", "##Foo\n", 5, "one space and a name"},
    {"a heading with two spaces", "##  Foo\n", 5, "one space and a name"},
    {"a heading without a name", "##\n", 5, "one space and a name"},
    {"a heading of seven", "####### Foo\n", 5, "one space and a name"},
    {"an indented heading", " ## Foo\n", 5, "indented heading"},
    {"a heading that ends with #", "### C#\n", 5, "drops `#`"},
    {"a heading with attributes", "### A {: .b}\n", 5, "drops `{:...}`"},
    {"a heading in a list", "- ## A\n", 5, "heading in a list"},
    {"a heading in a quote", "> ## A\n", 5, "heading in a quote"},
    {"a heading underlined with -", "Foo\n---\n", 6, "underline"},
    {"a heading underlined with one -", "Foo\n-\n", 6, "underline"},
    {"a heading underlined with =", "Foo\n===\n", 6, "underline"},
    {"a rule of -", "---\n", 5, "a rule"},
    {"a rule of *", "* * *\n", 5, "a rule"},
    {"a rule of _", "___\n", 5, "a rule"},
    {"an indented fence", " ```elixir\n", 5, "indented fence"},
    {"a fence in a list", "- ```elixir\n", 5, "outside of a fence"},
    {"a fence under a list", "- a\n\n  ```elixir\n", 7, "outside of a fence"},
    {"a fence in a quote", "> ```elixir\n", 5, "outside of a fence"},
    {"a fence of tildes", "~~~elixir\n", 5, "tildes"},
    {"backticks in a line", "see ``` here\n", 5, "outside of a fence"},
    {"a code span of three", "```a``` b\n\n```\n", 5, "opens no fence"},
    {"an unclosed fence", "```elixir\nx\n\n## Foo\n", 5, "never closed"},
    {"no language", "```\nx\n```\n", 5, "without a language"},
    {"a language that is not known", "```ruby\nx\n```\n", 5, "not a language of this subset"},
    {"an inexact error code", "```rust,compile_fail,E59\nx\n```\n", 5,
     "not a language of this subset"},
    {"a longer error code", "```rust,compile_fail,E05961\nx\n```\n", 5, "not a language"},
    {"another error code", "```rust,compile_fail,Eabcd\nx\n```\n", 5, "not a language"},
    {"a flag in another order", "```rust,E0596,compile_fail\nx\n```\n", 5, "not a language"},
    {"Elixir", "```Elixir\nx\n```\n", 5, "never run"},
    {"exs", "```exs\nx\n```\n", 5, "never run"},
    {"elixir with more", "```elixir x=1\nx\n```\n", 5, "never run"},
    {"elixir with a space behind", "```elixir \nx\n```\n", 5, "never run"},
    {"elixir with a space before", "``` elixir\nx\n```\n", 5, "white space"},
    {"rust with a space behind", "```rust \nx\n```\n", 5, "white space"},
    {"erlang", "```erlang\nx\n```\n", 5, "would run"},
    {"python", "```python\nx\n```\n", 5, "would run"},
    {"pyproject.toml", "```pyproject.toml\nx\n```\n", 5, "would run"},
    {"an indented close", "```elixir\nx\n  ```\n```\n", 7, "fence of line 5"},
    {"a close far indented", "```elixir\nx\n        ```\n```\n", 7, "fence of line 5"},
    {"a close with a language", "```elixir\nx\n```text\n```\n", 7, "fence of line 5"},
    {"a close with a space", "```elixir\nx\n``` \n```\n", 7, "fence of line 5"},
    {"a longer close", "```elixir\nx\n````\n```\n", 7, "more backticks"},
    {"a fence after text", "text\n```elixir\nx\n```\n", 6, "blank line"},
    {"text after a fence", "```elixir\nx\n```\ntext\n", 8, "blank line"},
    {"a heading after text", "text\n### Foo\n", 6, "blank line"},
    {"text after a heading", "### Foo\ntext\n", 6, "blank line"},
    {"a list after text", "text\n- a\n", 6, "blank line"},
    {"text after a list", "- a\ntext\n", 6, "blank line"},
    {"a quote after text", "text\n> a\n", 6, "blank line"},
    {"text after a quote", "> a\ntext\n", 6, "blank line"},
    {"a table after text", "text\n| a |\n| - |\n", 6, "blank line"},
    {"a comment after text", "text\n<!-- a -->\n", 6, "blank line"},
    {"text after a comment", "<!-- a -->\ntext\n", 6, "blank line"},
    {"metadata without a blank line",
     "<!-- livebook:{\"continue_on_error\":true} -->\n```elixir\n```\n", 6, "blank line"},
    {"details after text", "text\n<details>\n<summary>S</summary>\n\n</details>\n", 6,
     "blank line"},
    {"a div", "<div>\n", 5, "HTML"},
    {"an image tag", "<img src=\"a\">\n", 5, "HTML"},
    {"an HTML line in a paragraph", "text\n<b>bold</b>\n", 6, "HTML"},
    {"HTML in a list", "- <div>\n", 5, "HTML in a list"},
    {"details with an attribute", "<details open>\n", 5, "HTML"},
    {"details in one line", "<details><summary>S</summary>a</details>\n", 5, "HTML"},
    {"unclosed details", "<details>\n<summary>S</summary>\n\ntext\n", 5, "never closed"},
    {"details without a close before a heading",
     "<details>\n<summary>S</summary>\n\ntext\n\n## B\n", 5, "never closed"},
    {"a close of no details", "</details>\n", 5, "without `<details>`"},
    {"details without a summary", "<details>\n\ntext\n\n</details>\n", 6,
     "<summary>Text</summary>"},
    {"an empty summary", "<details>\n<summary> </summary>\n\n</details>\n", 6,
     "<summary>Text</summary>"},
    {"a summary without a blank line", "<details>\n<summary>S</summary>\ntext\n\n</details>\n", 7,
     "blank line"},
    {"a close without a blank line", "<details>\n<summary>S</summary>\n\ntext\n</details>\n", 9,
     "blank line"},
    {"a heading in details", "<details>\n<summary>S</summary>\n\n### A\n\n</details>\n", 8,
     "within `<details>`"},
    {"metadata in details",
     "<details>\n<summary>S</summary>\n\n<!-- livebook:{\"continue_on_error\":true} -->\n\n</details>\n",
     8, "within `<details>`"},
    {"a comment over two lines", "<!-- a\nb -->\n", 5, "several lines"},
    {"text before a comment", "text <!-- a -->\n", 5, "alone on its line"},
    {"text beside a comment", "<!-- a --> text\n", 5, "text after"},
    {"a space after a comment", "<!-- a --> \n", 5, "text after"},
    {"two comments in a line", "<!-- a --> <!-- b -->\n", 5, "more than one"},
    {"an indented comment", "  <!-- a -->\n", 5, "indented"},
    {"a link definition", "[a]: http://b\n", 5, "definition"},
    {"a footnote definition", "[^1]: note\n", 5, "definition"},
    {"a link definition in a list", "- [a]: http://b\n", 5, "definition"},
    {"an attribute list", "text\n{: .class}\n", 6, "attribute list"},
    {"an attribute list in a quote", "> a {: .class}\n", 5, "attribute list"},
    {"indented code", "    x = 1\n", 5, "indented line"},
    {"a tab", "a\tb\n", 5, "a tab"},
    {"an open code span", "see `this\n\nand that`\n", 5, "code span"},
    {"a code span over two lines", "see `this\nand` that\n", 5, "code span"},
    {"an escaped backtick", "see \\`this\n", 5, "backslash"},
    {"an open code span in a list", "- `a\n", 5, "code span"},
    {"an open code span in a heading", "### A `b\n", 5, "code span"},
    {"a list's line that is not deep enough", "1. a\n  b\n", 6, "by 3 spaces"},
    {"a list's later line that is not deep enough", "- a\n\n b\n", 7, "by 2 spaces"},
    {"a nested list that is not deep enough", "10. a\n   - b\n", 6, "by 4 spaces"},
    {"a heading that ends with a space of another kind", "### a\u00A0\n", 5, "white space"},
    {"an underline in a list", "- a\n  ---\n", 6, "underline in a list"},
    {"a list whose marker changes", "- a\n- b\n* c\n", 7, "marker changes"},
    {"a list whose numbers change", "1. a\n2) b\n", 6, "marker changes"},
    {"a list that begins to count", "- a\n1. b\n", 6, "marker changes"},
    {"a table without its second line", "| a | b |\n| 1 | 2 |\n", 5, "a table starts"},
    {"a table of one line", "| a | b |\n", 5, "a table starts"},
    {"a table's row of another width", "| a | b |\n| - | - |\n| 1 |\n", 7,
     "1 cells in a table of 2"},
    {"a table's row without its end", "| a | b |\n| - | - |\n| 1 | 2\n", 7, "0 cells"},
    {"a table without bars at its sides", "a | b\n--- | ---\n", 6, "`|` in a row"},
    {"metadata with a space",
     "<!-- livebook:{\"continue_on_error\": true} -->\n\n```elixir\n```\n", 5, "byte for byte"},
    {"metadata without its spaces",
     "<!--livebook:{\"continue_on_error\":true}-->\n\n```elixir\n```\n", 5, "byte for byte"},
    {"metadata that say false",
     "<!-- livebook:{\"continue_on_error\":false} -->\n\n```elixir\n```\n", 5, "byte for byte"},
    {"two keys in one comment",
     "<!-- livebook:{\"reevaluate_automatically\":true,\"continue_on_error\":true} -->\n\n```elixir\n```\n",
     5, "reevaluate_automatically: remove"},
    {"a cell that is evaluated by itself",
     "<!-- livebook:{\"reevaluate_automatically\":true} -->\n\n```elixir\n```\n", 5,
     "reevaluate_automatically: remove"},
    {"a fence forced to be shown",
     "<!-- livebook:{\"force_markdown\":true} -->\n\n```elixir\n```\n", 5,
     "mark the fence as `text`"},
    {"a branching section", "<!-- livebook:{\"branch_parent_index\":0} -->\n\n## B\n", 5,
     "a branching section"},
    {"a key that is not known", "<!-- livebook:{\"exercise\":true} -->\n\n```elixir\n```\n", 5,
     "drops unknown keys"},
    {"a break between prose", "<!-- livebook:{\"break_markdown\":true} -->\n\ntext\n", 5,
     "outside of this subset"},
    {"JSON that is none", "<!-- livebook:{ -->\n", 5, "outside of this subset"},
    {"an output", "<!-- livebook:{\"output\":true} -->\n", 5, "without outputs"},
    {"a smart cell", "<!-- livebook:{\"livebook_object\":\"smart_cell\"} -->\n\n```elixir\n```\n",
     5, "smart cell"},
    {"a stamp", "<!-- livebook:{\"offset\":1,\"stamp\":{}} -->\n", 5, "a stamp"},
    {"metadata before text", "<!-- livebook:{\"continue_on_error\":true} -->\n\ntext\n", 5,
     "must be followed by"},
    {"metadata before rust", "<!-- livebook:{\"continue_on_error\":true} -->\n\n```rust\n```\n",
     5, "must be followed by"},
    {"metadata before a comment",
     "<!-- livebook:{\"continue_on_error\":true} -->\n\n<!-- a -->\n\n```elixir\n```\n", 5,
     "must be followed by"},
    {"metadata at the end", "<!-- livebook:{\"continue_on_error\":true} -->\n", 5,
     "must be followed by"},
    {"two metadata comments",
     "<!-- livebook:{\"continue_on_error\":true} -->\n\n<!-- livebook:{\"continue_on_error\":true} -->\n\n```elixir\n```\n",
     5, "must be followed by"},
    {"a marker that is not exact", "```elixir\n# Exercise: a\n```\n", 6, "first line marks it"},
    {"a marker without a name", "```elixir\n# check:\n```\n", 6, "first line marks it"},
    {"a marker with capital letters", "```elixir\n# check: A\n```\n", 6, "first line marks it"},
    {"a check with an error", "```elixir\n# check: a (E0308: no)\n```\n", 6,
     "first line marks it"},
    {"an error that is no code", "```elixir\n# exercise: a (E38: no)\n```\n", 6,
     "first line marks it"},
    {"a marker on a later line", "```elixir\nx = 1\n# check: a\n```\n", 7, "first line marks it"},
    {"a control character", "a\u0007b\n", 5, "control character"},
    {"a vertical tab in a cell", "```elixir\n\v```\n```\n", 6, "control character"},
    {"a line separator", "a\u2028b\n", 5, "control character"},
    {"a carriage return alone", "a\rb\n", 5, "carriage return"}
  ]

  describe "refuses" do
    for {what, body, line, message} <- @refused_in_section do
      test what do
        problems = found(in_section(unquote(body)))
        assert {line, text} = List.keyfind(problems, unquote(line), 0)
        assert text =~ unquote(message), "another message: #{text}"
        assert line == unquote(line)
      end
    end

    # Without these, a problem too many would go unseen above.
    test "with one problem where there is one" do
      for {_, body, line, _} <- Enum.take(@refused_in_section, 5) do
        assert [{^line, _}] = found(in_section(body))
      end

      assert [{5, _}] = found(in_section("```exs\nx\n```\n"))
      assert [{7, _}] = found(in_section("```elixir\nx\n  ```\n```\n"))
      assert [{5, _}] = found(in_section("<details>\n<summary>S</summary>\n\ntext\n\n## B\n"))
    end

    test "a byte-order mark" do
      assert [{1, message}] = found("\uFEFF# T\n")
      assert message =~ "byte-order mark"
    end

    test "text that is not UTF-8" do
      assert [{1, message} | _] = found(<<"# T\n\n", 0xFF>>)
      assert message =~ "UTF-8"
    end

    test "a file without a title, or with one that comes late" do
      for {text, line} <- [{"", 1}, {"text\n\n# T\n", 1}, {"<!-- a -->\n\n## S\n", 3}] do
        assert [{^line, message}] = found(text)
        assert message =~ "starts with `# Title`"
      end
    end

    test "metadata of the notebook" do
      assert [{1, message}] = found("<!-- livebook:{\"autosave_interval_s\":30} -->\n\n# T\n")
      assert message =~ "outside of this subset"
    end

    test "anything beside the setup" do
      setup = "```elixir\nMix.install([])\n```\n\n"

      for {before, line} <- [
            {"[![badge](a.svg)](b)\n\n" <> setup, 3},
            {setup <> "text\n\n", 7},
            {setup <> "<!-- a -->\n\n", 7},
            {setup <> setup, 7},
            {"text\n\n", 3},
            {"```text\na\n```\n\n", 3},
            {"### A\n\n", 3}
          ] do
        assert [{^line, message}] = found("# T\n\n" <> before <> "## S\n")
        assert message =~ "Livebook runs no setup"
      end
    end

    test "a marker in the setup" do
      assert [{4, message}] = found("# T\n\n```elixir\n# exercise: a\n```\n\n## S\n")
      assert message =~ "first line marks it"
    end

    test "a line or a block of prose that is too long" do
      assert blocks(String.duplicate("a", 4_000)) != []
      assert [{5, message}] = found(in_section(String.duplicate("a", 4_001)))
      assert message =~ "more than 4000 bytes"
      lines = fn n -> String.duplicate("a line of 20 bytes.\n", n) end
      assert blocks(lines.(1000)) != []
      assert [{5, message}] = found(in_section(lines.(1001)))
      assert message =~ "a paragraph of more than 20000 bytes"
      # Code may have any length.
      assert blocks("```elixir\n\"#{String.duplicate("a", 40_000)}\"\n```\n") != []
    end

    test "everything at once, in the order of the file" do
      body = "##Foo\n\n```exs\nx\n```\n\ntext\n---\n\n<!-- a\n"
      assert [{5, _}, {7, _}, {12, _}, {14, _}] = found(in_section(body))
    end
  end

  describe "in linear time" do
    # In one line, and in lines that are just short enough.
    @hostile [
      {"asterisks", "*"},
      {"backticks", "`"},
      {"spaced backticks", "a` "},
      {"brackets", "["},
      {"quotes", ">"},
      {"spaced quotes", "> "},
      {"underscores", "_"},
      {"list markers", "- "},
      {"attributes", "{:"},
      {"bars", "|"},
      {"comments", "<!--"},
      {"summaries", "<summary>"},
      {"spaces", " "},
      {"tags", "<a"}
    ]

    # Microseconds. Each takes some 10 ms; when a step was quadratic, 40,000 asterisks took 15 s.
    @bound 2_000_000

    for {name, part} <- @hostile, prefix <- ["", "a ", "- ", "> ", "## ", "```elixir"] do
      test "#{name} after #{inspect(prefix)} are read, linted and printed, or refused" do
        part = unquote(part)
        line = unquote(prefix) <> String.duplicate(part, div(40_000, byte_size(part)))
        short = unquote(prefix) <> String.duplicate(part, div(3_900, byte_size(part)))

        for body <- [line, String.duplicate(short <> "\n", 10)] do
          {time, _} = :timer.tc(fn -> process(in_section(body <> "\n")) end)
          assert time < @bound
        end
      end
    end

    # Reductions count work, so that a busy machine changes nothing.
    test "twice the text is at most three times the work" do
      body = fn n -> String.duplicate(String.duplicate("a *_`[>", 500) <> "x`\n\n", n) end
      [once, twice] = for n <- [100, 200], do: work(in_section(body.(n)))
      assert twice <= 3 * once
    end

    defp work(text) do
      {:reductions, before} = Process.info(self(), :reductions)
      process(text)
      {:reductions, now} = Process.info(self(), :reductions)
      now - before
    end

    defp process(text) do
      with {:ok, notebook} <- Parser.parse(text, "n.livemd") do
        Livemd.Linter.lint(notebook)

        for section <- notebook.sections,
            do: Livemd.Terminal.Block.stack(section.blocks, Livemd.Terminal.new(colour: true))
      end
    end
  end
end
