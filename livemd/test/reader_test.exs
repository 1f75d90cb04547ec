defmodule Livemd.ReaderTest do
  use ExUnit.Case, async: true

  alias Livemd.{Parser, Reader, Terminal}

  @lesson """
  # A small lesson

  ## Introduction

  Prose, and no cell.

  ## What holds

  ```elixir
  import ExUnit.Assertions
  IO.puts("printed")
  x = {:ok, 1}
  ```

  ```elixir
  assert x == {:ok, 1}
  assert elem(x, 1) == 1
  ```

  ## Exercise: one more

  ```elixir
  # exercise: small-1
  more = fn n -> n end
  ```

  <!-- livebook:{"continue_on_error":true} -->

  ```elixir
  # check: small-1
  assert more.(1) == 2, "one more than 1 is 2"
  ```

  <details>
  <summary>Hint</summary>

  Think of plus.

  </details>

  <details>
  <summary>Solution</summary>

  ```elixir
  more = fn n -> n + 1 end
  ```

  </details>

  ## Next steps

  The end.
  """

  @broken """
  # Broken

  ## One

  ```elixir
  import ExUnit.Assertions
  assert 1 + 1 == 3
  ```

  ```elixir
  :never_seen
  ```

  ## Two

  Still read.
  """

  # What was printed, what the reader did not type any more, and the report.
  defp read(text, keys, options) do
    {:ok, notebook} = Parser.parse(text, "small.livemd")
    {:ok, input} = StringIO.open(keys)
    {:ok, output} = StringIO.open("")
    report = Reader.read(notebook, [input: input, output: output] ++ options)
    {_left, printed} = StringIO.contents(output)
    {left, _echo} = StringIO.contents(input)
    %{printed: printed, left: left, report: report}
  end

  defp on_terminal(keys, options \\ []) do
    read(@lesson, keys, Keyword.merge([terminal: Terminal.new(), pause: true], options))
  end

  defp times(text, part), do: length(String.split(text, part)) - 1

  describe "in a pipe" do
    setup do
      %{printed: printed} = read(@lesson, "", [])
      {:ok, printed: printed}
    end

    test "everything is read without a pause", %{printed: printed} do
      assert printed =~ "A small lesson\n══════════════\n"
      assert printed =~ "Introduction\n────────────\n\nProse, and no cell.\n"
      assert printed =~ "The end.\n"
      refute printed =~ "Enter"
      refute printed =~ "\e"
    end

    test "below a cell stand its output, its value and the assertions that held", context do
      assert context.printed =~ "    x = {:ok, 1}\n\n    │ printed\n    => {:ok, 1}\n"
      assert context.printed =~ "    assert elem(x, 1) == 1\n\n    ✓ 2 assertions held\n"
    end

    test "an unsolved exercise waits, with the assertion's message", %{printed: printed} do
      assert printed =~ "… small-1 is waiting for your solution\n"
      assert printed =~ "one more than 1 is 2"
      refute printed =~ "✗"
    end

    test "the hint is shown and the solution left out", %{printed: printed} do
      assert printed =~ "▾ Hint\n\nThink of plus.\n"
      refute printed =~ "Solution"
      refute printed =~ "n + 1"
    end

    test "a summary ends it", %{printed: printed} do
      assert printed =~ "Held     1 assertion cell, 2 assertions\n"
      assert printed =~ "Waiting  1 exercise: small-1\n"
      assert printed =~ ~r/Time     .*ms\n\z/
    end
  end

  describe "on a terminal" do
    test "Enter goes on, section by section" do
      read = on_terminal("\n\n\n")
      assert times(read.printed, "Enter: next section") == 3
      assert read.printed =~ "The end."
      assert read.printed =~ "Held"
    end

    test "nothing after the pause is evaluated before Enter" do
      read = on_terminal("q\nrest")
      assert read.printed =~ "Prose, and no cell."
      refute read.printed =~ "What holds"
      assert read.report.cells == []
      assert read.left == "rest"
    end

    test "h shows the hint, s the solution, and both ask again" do
      read = on_terminal("\n\nh\ns\n\n")

      [_before, hint, solution, after_both] =
        String.split(read.printed, "h: hint · s: solution · q: quit > ")

      assert hint =~ "▾ Hint\n\nThink of plus.\n"
      assert solution =~ "▾ Solution\n\nelixir\n    more = fn n -> n + 1 end\n"
      assert after_both =~ "The end."
    end

    test "the folded lines name their keys" do
      printed = on_terminal("\n\n\n").printed
      assert printed =~ "▸ Hint (h)\n"
      assert printed =~ "▸ Solution (s)\n"
    end

    test "anything else, or a key with nothing behind it, repeats the choices" do
      read = on_terminal("x\nh\nq\n")
      assert times(read.printed, "Enter: next section · q: quit > ") == 3
      refute read.printed =~ "What holds"
    end

    test "the end of the input quits" do
      read = on_terminal("\n")
      assert read.printed =~ "What holds"
      refute read.printed =~ "Exercise"
      assert read.printed =~ "q: quit > \nHeld"
    end

    test "the last section asks only if something in it is folded" do
      [until_exercise, _next_steps] = String.split(@lesson, "## Next steps")
      read = read(until_exercise, "\n\nh\n\n", terminal: Terminal.new(), pause: true)
      assert times(read.printed, "Enter: finish · h: hint · s: solution · q: quit > ") == 2
      assert read.left == ""
    end

    test "without pauses the solution is left out, and nobody is asked" do
      printed = on_terminal("", pause: false).printed
      refute printed =~ "Enter"
      assert printed =~ "Think of plus."
      refute printed =~ "Solution"
      refute printed =~ "n + 1"
      assert printed =~ "The end."
    end

    test "colours are the terminal's" do
      read = read(@lesson, "", terminal: Terminal.new(colour: true))
      assert read.printed =~ "\e[32m✓ 2 assertions held\e[0m"
    end
  end

  describe "a cell that fails" do
    test "says so with file and line, and what depends on it does not run" do
      read = read(@broken, "", [])
      assert read.printed =~ "✗ small.livemd:7: "
      assert read.printed =~ "Assertion with == failed"
      assert read.printed =~ "- not run: an earlier cell failed\n"
      assert read.printed =~ "Still read.\n"
      assert read.printed =~ "Failed   1 failure: see above\n"
      assert times(read.printed, "Assertion with == failed") == 1
      refute Livemd.Report.ok?(read.report)
    end

    test "may be a check that passes too early" do
      read = read(String.replace(@lesson, "== 2, ", "== 1, "), "", [])
      assert [%{kind: :exercise}] = read.report.failures
      assert read.printed =~ "    ✗ small.livemd:30: the check of small-1 passes"
      assert times(read.printed, "the check of small-1 passes") == 1
    end

    test "isn't the only kind of failure: the others are printed at the end" do
      {:ok, counter} = Agent.start_link(fn -> 0 end)
      leak_check = fn -> %{things: Agent.get_and_update(counter, &{&1, &1 + 1})} end
      read = read(@lesson, "", runner: [leak_check: leak_check])
      assert [_, told] = String.split(read.printed, "The end.")
      assert told =~ "things"
      assert told =~ "Failed   1 failure: see above\n"
    end
  end
end
