defmodule Livemd.TerminalTest do
  use ExUnit.Case, async: true

  alias Livemd.{Cell, Details, Fence, Prose, Terminal}
  alias Livemd.Terminal.Block

  doctest Livemd.Terminal

  defp text(block, options \\ []) do
    lines = Block.lines(block, Terminal.new(options))
    lines |> Enum.map(&[&1, "\n"]) |> IO.chardata_to_string()
  end

  defp prose(kind, text), do: %Prose{kind: kind, text: text, line: 1}
  defp paragraph(text, options \\ []), do: text(prose(:paragraph, text), options)
  defp fence(info, code), do: %Fence{info: info, code: code, line: 2}

  describe "paragraphs" do
    test "keep their markup in plain text" do
      markdown = "A `NIF` is **fast**, *small*, __bold__ and _em_."
      assert paragraph(markdown) == markdown <> "\n"
    end

    test "have styles in colour" do
      assert paragraph("a `b c` d **e f**", colour: true) ==
               "a \e[36mb c\e[0m d \e[1me f\e[0m\n"
    end

    test "leave names, products and escapes alone" do
      assert paragraph("is_cool_too, a __init__x, 2 * 3 * 4, \\*no\\*, a < b, [x]", colour: true) ==
               "is_cool_too, a __init__x, 2 * 3 * 4, *no*, a < b, [x]\n"

      assert paragraph("`**c**` `<T>` `a_b_c`", colour: true) ==
               "\e[36m**c**\e[0m \e[36m<T>\e[0m \e[36ma_b_c\e[0m\n"
    end

    test "show the address of a link, of one within the course only the file" do
      assert paragraph("[Structs](structs.livemd#what \"title\")") == "Structs (structs.livemd)\n"
      assert paragraph("[`a`](https://b.c/d_e#f)") == "`a` (https://b.c/d_e#f)\n"
      assert paragraph("[above](#above)") == "above\n"
    end

    test "fill lines up to the width, and keep a long word whole" do
      assert paragraph("aaa bbb\nccc ddd", width: 11) == "aaa bbb ccc\nddd\n"

      assert paragraph("a https://example.com/long b", width: 10) ==
               "a\nhttps://example.com/long\nb\n"
    end

    test "close their styles on each line" do
      assert paragraph("**aaa bbb ccc** ddd", width: 9, colour: true) ==
               "\e[1maaa bbb\e[0m\n\e[1mccc\e[0m ddd\n"
    end
  end

  describe "tables" do
    @table """
    | Rust | Elixir | n |
    |:-----|:------:|--:|
    | `Option<T>` | `nil` or T | 1 |
    | `A \\| B` | x | 1000 |\
    """

    test "that fit are laid out in aligned columns" do
      assert text(prose(:table, @table)) == """
             Rust        |   Elixir    |    n
             `Option<T>` | `nil` or T  |    1
             `A | B`     |      x      | 1000
             """

      assert text(prose(:table, "|a|c|\n|-|-|\n|`b`|d|"), colour: true) ==
               "\e[7ma | c\e[0m\n\e[36mb\e[0m | d\n"
    end

    test "that are too wide, or have one column, become a list" do
      assert text(prose(:table, "|a|\n|-|\n|b|")) == "a\n\n  * b\n"

      assert text(prose(:table, @table), width: 30) == """
             Rust: Elixir; n

               * `Option<T>`: `nil` or
                 T; 1
               * `A | B`: x; 1000
             """
    end
  end

  describe "lists, quotes and headings" do
    test "items hang under their own text" do
      assert text(prose(:list, "- aaa bbb\n  cccccc\n- ddd"), width: 15) ==
               "  * aaa bbb\n    cccccc\n  * ddd\n"

      assert text(prose(:list, "- a"), colour: true) == "  • a\n"
    end

    test "lists nest, and may be numbered or loose" do
      assert text(prose(:list, "- a\n  - b\n- d")) == "  * a\n    * b\n\n  * d\n"
      assert text(prose(:list, "1. a\n2. b")) == "  1. a\n  2. b\n"
      assert text(prose(:list, "- a\n\n- b")) == "  * a\n\n  * b\n"
    end

    test "quotes have a mark on each line" do
      assert text(prose(:quote, "> a b\n> **c**"), width: 8) == "> a b\n> **c**\n"
    end

    test "headings lose their marks" do
      assert text(prose(:heading, "### A `b`")) == "A `b`\n"
      assert text(prose(:heading, "#### A"), colour: true) == "\e[1mA\e[0m\n"
    end

    test "a title is underlined" do
      lines = Block.heading("A title", "═", Terminal.new())
      assert Enum.map(lines, &IO.chardata_to_string/1) == ["A title", "═══════"]
    end
  end

  describe "code" do
    test "is indented under its language" do
      assert text(fence("rust", "fn f() {\n\n}")) == "rust\n    fn f() {\n\n    }\n"
      assert text(%Cell{code: "1 + 1", line: 1}) == "elixir\n    1 + 1\n"
      assert text(fence("", "out")) == "    out\n"
    end

    test "is never wrapped" do
      long = String.duplicate("word ", 30)
      assert text(fence("text", long), width: 20) == "text\n    #{long}\n"
    end

    test "says in words what must not compile" do
      assert text(fence("rust,compile_fail,E0277", "x")) =~ "rust (does not compile: E0277)\n"
    end

    test "has its comments dimmed in colour, and nothing else" do
      code = "# a\nb # c\n#[derive(X)]\n  // d"

      assert text(fence("", code), colour: true) ==
               "    \e[2m# a\e[0m\n    b # c\n    #[derive(X)]\n    \e[2m  // d\e[0m\n"
    end

    test "a Mermaid diagram is a caption" do
      code = "%% c\nsequenceDiagram\n  a->>b: c\n"

      assert text(fence("mermaid", code)) ==
               "[diagram: sequenceDiagram, 3 lines; drawn in Livebook]\n"
    end
  end

  describe "details" do
    @details %Details{
      summary: "Solution",
      line: 1,
      blocks: [
        %Prose{kind: :paragraph, text: "Match.", line: 2},
        %Fence{info: "elixir", code: "x = 1", line: 3}
      ]
    }

    test "folded are one line" do
      assert text(@details) == "▸ Solution\n"
    end

    test "unfolded show what they hold" do
      assert text(@details, unfolded: true) == "▾ Solution\n\nMatch.\n\nelixir\n    x = 1\n"
    end
  end

  test "no line is wider than the terminal, if its words aren't" do
    words = List.duplicate("a bb `ccc` **dddd** eeeee", 20)

    for width <- 20..60//5,
        kind <- [:paragraph, :list, :quote, :table],
        colour <- [true, false] do
      line = Enum.join(words, " ")
      mark = %{paragraph: "", list: "- ", quote: "> ", table: "|a|b|\n|-|-|\n|#{line}|"}[kind]
      text = if kind == :table, do: "#{mark}#{line}|", else: mark <> line
      lines = Block.lines(prose(kind, text), Terminal.new(width: width, colour: colour))
      assert lines |> Enum.map(&Terminal.width/1) |> Enum.max() <= width
    end
  end

  test "plain text holds no escape sequence" do
    blocks = [prose(:table, @table), prose(:quote, "> **a**"), fence("rust", "// a"), @details]
    refute Enum.map_join(blocks, &text(&1, unfolded: true)) =~ "\e"
  end

  describe "output" do
    defp printed(options, fun) do
      {:ok, device} = StringIO.open("")
      fun.(Terminal.open([output: device] ++ options))
      device |> StringIO.contents() |> elem(1)
    end

    defp both(terminal) do
      Terminal.progress("working on a long name", terminal)
      Terminal.print(["done"], terminal)
    end

    test "replaces the line of progress on a terminal" do
      assert printed([terminal: Terminal.new(width: 12)], &both/1) ==
               "\r\e[2Kworking on \r\e[2Kdone\n"
    end

    test "shows no progress in a pipe" do
      assert printed([], &both/1) == "done\n"
    end
  end
end
