defmodule Livemd.TerminalTest do
  use ExUnit.Case, async: true

  alias Livemd.{Cell, Details, Fence, Prose, Terminal}
  alias Livemd.Terminal.{Lines, Inline}

  doctest Livemd.Terminal.Inline

  defp text(block, options \\ []) do
    block |> Terminal.render(Terminal.new(options)) |> IO.chardata_to_string()
  end

  defp prose(kind, text), do: %Prose{kind: kind, text: text, line: 1}
  defp paragraph(text, options \\ []), do: text(prose(:paragraph, text), options)
  defp fence(info, code), do: %Fence{info: info, code: code, line: 2}

  describe "inline markup" do
    test "is gone in plain text, but for the backticks of code" do
      assert paragraph("A `NIF` is **fast**, *small*, __bold__ and _em_.") ==
               "A `NIF` is fast, small, bold and em.\n"
    end

    test "becomes styles in colour" do
      assert Inline.spans("`a` **b** *c* [d](e.livemd)", true) == [
               {"a", [:cyan]},
               {" ", []},
               {"b", [:bright]},
               {" ", []},
               {"c", [:italic]},
               {" ", []},
               {"d", [:underline]},
               {" (e.livemd)", []}
             ]

      assert paragraph("a `b c` d", colour: true) == "a \e[36mb c\e[0m d\n"
    end

    test "nests" do
      assert Inline.spans("**a `b ** c` d**", true) == [
               {"a ", [:bright]},
               {"b ** c", [:cyan, :bright]},
               {" d", [:bright]}
             ]
    end

    test "leaves names, products and escapes alone" do
      assert paragraph("is_cool_too, a __init__x, 2 * 3 * 4, \\*no\\*, a < b, [x] and **") ==
               "is_cool_too, a __init__x, 2 * 3 * 4, *no*, a < b, [x] and **\n"
    end

    test "a link shows its address, unless that says nothing more" do
      assert paragraph("[Structs](structs.livemd#what \"title\")") ==
               "Structs (structs.livemd)\n"

      assert paragraph("[a](https://b.c/d#e)") == "a (https://b.c/d#e)\n"
      assert paragraph("[above](#above) <https://a.b/c_d_e>") == "above https://a.b/c_d_e\n"
      assert paragraph("[a [b] `c`](d_(e).html)") == "a [b] `c` (d_(e).html)\n"
    end

    test "code may hold backticks, and markup inside it is none" do
      assert paragraph("`` a`b `` `**c**` `<T>` `a_b_c`") == "`a`b` `**c**` `<T>` `a_b_c`\n"
    end

    test "tags are dropped, entities read, images named" do
      assert paragraph("ac<br>d <kbd>e</kbd> &lt;T&gt; ![f](g.png)") ==
               "ac\nd e <T> [image: f]\n"
    end
  end

  describe "wrapping" do
    test "fills lines up to the width and no further" do
      assert paragraph("aaa bbb\nccc ddd", width: 11) == "aaa bbb ccc\nddd\n"
      assert paragraph("aaa bbb ccc", width: 10) == "aaa bbb\nccc\n"
    end

    test "keeps a long word whole, and a forced break" do
      assert paragraph("a https://example.com/long b  \nc\\\nd", width: 10) ==
               "a\nhttps://example.com/long\nb\nc\nd\n"
    end

    test "escape sequences take no room" do
      assert paragraph("**aaa bbb** ccc", width: 11, colour: true) == "\e[1maaa bbb\e[0m ccc\n"
    end

    test "counts columns, not bytes, and a no-break space does not break" do
      assert Lines.width("é→✓") == 3
      assert Lines.width("漢字✅") == 6
      assert paragraph("ää\u00A0öö üü", width: 6) == "ää\u00A0öö\nüü\n"
    end
  end

  describe "tables" do
    @table """
    | Rust | Elixir | n |
    |:-----|:------:|--:|
    | `Option<T>` | `nil` or T | 1 |
    | `A \\| B` | x | 1000 |
    """

    test "are laid out in aligned columns without trailing blanks" do
      assert text(prose(:table, @table)) == """
             Rust           Elixir       n
             ───────────  ──────────  ────
             `Option<T>`  `nil` or T     1
             `A | B`          x       1000
             """
    end

    test "wrap inside their cells, and then have air between the rows" do
      table = "|a|b|\n|-|-|\n|one|two three four five|\n|six|seven|"

      assert text(prose(:table, table), width: 16) == """
             a    b
             ───  ───────────
             one  two three
                  four five

             six  seven
             """
    end

    test "cut a word rather than leave the terminal" do
      table = "|a|b|\n|-|-|\n|#{String.duplicate("x", 30)}|#{String.duplicate("y", 30)}|"
      lines = prose(:table, table) |> text(width: 20) |> String.split("\n")
      assert Enum.all?(lines, &(String.length(&1) <= 20))
      assert Enum.join(lines) =~ "xxxxxxxxx  yyyyyyyyy"
    end

    test "take short rows, empty cells and rows without outer pipes" do
      assert text(prose(:table, "a | b\n--|--\n|| 2\n1\n")) == """
             a  b
             ─  ─
                2
             1
             """
    end

    test "have a bold header in colour" do
      coloured = text(prose(:table, "|a|\n|-|\n|`b`|"), colour: true)
      assert coloured == "\e[1ma\e[0m\n\e[2m─\e[0m\n\e[36mb\e[0m\n"
    end
  end

  describe "lists, quotes and headings" do
    test "items hang under their own text" do
      assert text(prose(:list, "- aaa bbb\n  ccc\n- ddd"), width: 9) ==
               "• aaa bbb\n  ccc\n• ddd\n"
    end

    test "lists nest, and numbers run on from the first" do
      assert text(prose(:list, "- a\n  1. b\n  1. c\n- d")) == "• a\n  1. b\n  2. c\n• d\n"

      assert text(prose(:list, Enum.map_join(9..10, "\n", &"#{&1}. x"))) == " 9. x\n10. x\n"
    end

    test "an item holds paragraphs and tables; a loose list stays loose" do
      list = "* a\n\n  b\n\n  | c | d |\n  | - | - |\n  | 1 | 2 |\n\n* e"

      assert text(prose(:list, list)) == """
             • a

               b

               c  d
               ─  ─
               1  2

             • e
             """
    end

    test "quotes have a bar, whatever is in them" do
      assert text(prose(:quote, "> a\n> **b**\n>\n> - c\n> - d")) == "│ a b\n│\n│ • c\n│ • d\n"
    end

    test "headings lose their marks" do
      assert text(prose(:heading, "### A `b` ###")) == "A `b`\n"
      assert text(prose(:heading, "###### A")) == "A\n"
      assert text(prose(:heading, "#### A"), colour: true) == "\e[1mA\e[0m\n"
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

  test "plain text holds no escape sequence" do
    blocks = [prose(:table, @table), prose(:quote, "> **a**"), fence("rust", "// a"), @details]
    refute Enum.map_join(blocks, &text(&1, unfolded: true)) =~ "\e"
  end
end
