defmodule Livemd.Practice.PlacesTest do
  use ExUnit.Case, async: true

  alias Livemd.Practice.Places

  @code """
  # A header.

  defmodule My.Squarer do
    @moduledoc \"\"\"
    Not this one.
    \"\"\"
    use Rust,
      source: ~S\"\"\"
      fn square(n: i64) -> i64 { n * m }
      \"\"\"
  end
  """

  defp translate(text, code \\ @code), do: Places.translate(text, "a/b.exs", code)

  test "of a message of rustc are the file's" do
    assert translate("""
           did not compile:

           error[E0425]: cannot find value `m`
            --> squarer.rs:1:31
             |
           1 | fn square(n: i64) -> i64 { n * m }
             |                                ^
             = help: squarer
           """) == """
           did not compile:

           error[E0425]: cannot find value `m`
            --> a/b.exs:9:35
             |
           9 | fn square(n: i64) -> i64 { n * m }
             |                                ^
             = help: squarer
           """
  end

  test "with more digits move the code to the right" do
    assert translate(
             """
             error: two
               --> squarer.rs:9:1
                |
             9  | a
             10 | b
                |
             """,
             "#\n#\n" <> String.duplicate("#\n", 88) <> @code
           ) == """
           error: two
              --> a/b.exs:107:5
               |
           107 | a
           108 | b
               |
           """

    assert translate(" --> squarer.rs:9:1\n  |\n9 | a\n9 - a\n9 + b\n") ==
             "  --> a/b.exs:17:5\n   |\n17 | a\n17 - a\n17 + b\n"
  end

  test "are found in coloured messages" do
    {blue, reset} = {"\e[1m\e[94m", "\e[0m"}

    message = fn place, number, indent ->
      """
      \e[91merror#{reset}: two
      #{indent} #{blue}--> #{reset}#{place}
      #{indent}  #{blue}|#{reset}
      #{blue}#{number}#{reset} #{blue}|#{reset} fn square
      #{blue}#{number}#{reset} \e[93m~ #{reset}fn square
      #{indent}  #{blue}= #{reset}note: x
      """
    end

    assert translate(message.("squarer.rs:2:1", 2, "")) == message.("a/b.exs:10:5", 10, " ")
  end

  test "of a panic are, too, and both of a closure's type" do
    assert translate("panicked at squarer.rs:1:2:\nno") == "panicked at a/b.exs:9:6:\nno"

    assert translate("within `{closure@squarer.rs:1:30: 2:33}`") ==
             "within `{closure@a/b.exs:9:34: 10:37}`"
  end

  test "of a cell are those of its notebook" do
    assert translate("warning\n  a.livemd#cell:6:24\n") == "warning\n  a.livemd:24\n"
  end

  test "of panics tell the reader's from the others" do
    own = "thread '<unnamed>' (1) panicked at a/b.exs:9:6:\nassertion failed\n  left: 1"
    inner = "thread 'x' (1) panicked at library/core/src/panicking.rs:226:5:\ncannot unwind"
    other = "thread '<unnamed>' (1) panicked at nif/src/first_call.rs:30:5:\nas asked"
    note = "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"

    assert Places.own_panics("\n#{other}\n\n#{own}\n#{note}\n\n#{other}\n", "a/b.exs") == own
    assert Places.own_panics("#{inner}\n#{note}\n", "a/b.exs") == inner
    assert Places.own_panics("\n#{other}\n#{note}\n", "a/b.exs") == ""
    assert Places.own_panics("warning: x\n\n#{other}", "a/b.exs") == "warning: x"
  end

  test "elsewhere stay" do
    for text <- ["at src/squarer.rs:1:2", "at other.rs:1:2", "at a.squarer.rs:1:2", "1 | a"] do
      assert translate(text) == text
    end

    assert translate("squarer.rs:1:2", "defmodule Squarer do") == "squarer.rs:1:2"

    assert translate("squarer.rs:1:2", ~s(defmodule Squarer do\n use A, source: "x"\nend)) ==
             "squarer.rs:1:2"
  end
end
