defmodule Roundtrip.LearnTest do
  use ExUnit.Case, async: true

  alias Mix.Tasks.Roundtrip.Learn
  alias Livemd.Terminal

  @alpha """
  # The first

  ## Sums

  ```elixir
  import ExUnit.Assertions
  assert 1 + 1 == 2
  ```

  ## An exercise

  ```elixir
  # exercise: alpha-1
  answer = nil
  ```

  <!-- livebook:{"continue_on_error":true} -->

  ```elixir
  # check: alpha-1
  assert answer == 42
  ```

  <details>
  <summary>Hint</summary>

  Ask.

  </details>

  <details>
  <summary>Solution</summary>

  ```elixir
  answer = 42
  ```

  </details>
  """

  @beta """
  # The second

  ## Words

  Only prose.
  """

  @failing """
  # The third

  ## Fails

  ```elixir
  import ExUnit.Assertions
  assert 1 + 1 == 3
  ```
  """

  setup do
    dir = Path.join(System.tmp_dir!(), "learn-#{System.unique_integer([:positive])}")
    File.mkdir_p!(dir)
    on_exit(fn -> File.rm_rf!(dir) end)
    {:ok, dir: dir}
  end

  defp course(dir, notebooks) do
    for {name, text} <- notebooks do
      path = Path.join(dir, name <> ".livemd")
      File.write!(path, text)
      {name, path}
    end
  end

  defp learn(args, course, options \\ []) do
    {:ok, input} = StringIO.open(Keyword.get(options, :keys, ""))
    {:ok, output} = StringIO.open("")
    {:ok, error} = StringIO.open("")
    devices = [input: input, output: output, error: error]
    status = Learn.learn(args, Keyword.merge([course: course, runner: []] ++ devices, options))
    {_left, printed} = StringIO.contents(output)
    {_left, complaint} = StringIO.contents(error)
    %{status: status, printed: printed, complaint: complaint}
  end

  describe "the whole course" do
    test "is a heading a lesson, a line a section and a summary", %{dir: dir} do
      learnt = learn([], course(dir, [{"alpha", @alpha}, {"beta", @beta}]))

      assert learnt.status == 0
      assert learnt.complaint == ""
      assert learnt.printed =~ "alpha: The first\n"
      assert learnt.printed =~ ~r/^  ✓ Sums +1 assertion, (<1|\d+) ms$/m
      assert learnt.printed =~ ~r/^  … An exercise +waiting: alpha-1, (<1|\d+) ms$/m
      assert learnt.printed =~ "\nbeta: The second\n  · Words\n"
      assert learnt.printed =~ "Held     1 assertion cell, 1 assertion\n"
      assert learnt.printed =~ "Waiting  1 exercise: alpha-1\n"
      assert learnt.printed =~ ~r/Time     .*s\nPassed   \d+ of \d+ in the course; .*\n\z/
      refute learnt.printed =~ "\e"
      refute learnt.printed =~ "[1/2]"
    end

    test "shows on a terminal what is at work, and overwrites it", %{dir: dir} do
      terminal = Terminal.new(colour: true)

      learnt =
        learn(["--all"], course(dir, [{"alpha", @alpha}, {"beta", @beta}]), terminal: terminal)

      assert learnt.printed =~ "[1/2] alpha: Sums\e[0m\r\e[2K  \e[32m✓\e[0m Sums"
      assert learnt.printed =~ "[2/2] beta: Words\e[0m\r\e[2K"
    end

    test "a failure has its file and line, and the course goes on", %{dir: dir} do
      learnt = learn([], course(dir, [{"failing", @failing}, {"beta", @beta}]))

      assert learnt.status == 1
      assert learnt.printed =~ ~r/✗ Fails +failed, /
      assert learnt.printed =~ "#{dir}/failing.livemd:7: "
      assert learnt.printed =~ "Assertion with == failed"
      assert learnt.printed =~ "beta: The second"
      assert learnt.printed =~ "Failed   1 failure: see above\n"
    end

    test "what a lesson leaves behind is a failure", %{dir: dir} do
      {:ok, counter} = Agent.start_link(fn -> 0 end)
      watch = fn -> %{things: Agent.get_and_update(counter, &{&1, &1 + 1})} end
      learnt = learn([], course(dir, [{"alpha", @alpha}]), runner: [leak_check: watch])
      assert learnt.status == 1
      assert learnt.printed =~ "things"
    end

    test "does not start where a notebook cannot be read", %{dir: dir} do
      course = course(dir, [{"alpha", @alpha}]) ++ [{"gone", Path.join(dir, "gone.livemd")}]
      learnt = learn([], course)
      assert learnt.status == 1
      assert learnt.printed == ""
      assert learnt.complaint =~ "#{dir}/gone.livemd:1: "
    end
  end

  describe "without a lesson, on a terminal" do
    setup %{dir: dir} do
      {:ok, course: course(dir, [{"beta", @beta}, {"alpha", @alpha}])}
    end

    defp bare(context, keys, passed \\ []) do
      learn(["--folder", context.dir], context.course,
        terminal: Terminal.new(),
        keys: keys,
        passed: passed
      )
    end

    test "Enter continues with the first lesson that has an open exercise", context do
      learnt = bare(context, "\nq\n")
      assert learnt.status == 0

      assert learnt.printed =~
               "Next: alpha, The first (0 of 1 exercises passed)\nEnter: read it · "

      assert learnt.printed =~ "a: run all lessons · q: quit > The first\n═"
      assert learnt.printed =~ "q: quit > "
      refute learnt.printed =~ "The second"
    end

    test "a runs the course, q and the end of the input quit, and anything else asks again",
         context do
      assert bare(context, "a\n").printed =~ "alpha: The first\n"

      for keys <- ["q\n", "what\nQ\n", ""] do
        learnt = bare(context, keys)
        assert learnt.status == 0
        refute learnt.printed =~ "Sums"
      end

      [_, _, again] = String.split(bare(context, "what\nq\n").printed, "Enter: read it")
      assert again =~ "q: quit > "
    end

    test "w works on its exercises", context do
      learnt = bare(context, "w\nq\n")
      assert learnt.status == 0
      assert learnt.printed =~ "Edit #{context.dir}/alpha/alpha-1.exs and save it."
      assert learnt.printed =~ "bin/learn --watch continues from here.\n"
    end

    test "when everything has passed, only the whole course is left", context do
      learnt = bare(context, "\nq\n", ["alpha-1"])
      assert learnt.status == 0

      assert learnt.printed =~
               "All exercises of the course have passed.\na: run all lessons · q: quit"

      refute learnt.printed =~ "Enter"
    end
  end

  describe "one lesson" do
    test "is read whole in a pipe", %{dir: dir} do
      learnt = learn(["alpha"], course(dir, [{"alpha", @alpha}, {"beta", @beta}]))
      assert learnt.status == 0
      assert learnt.printed =~ "    assert 1 + 1 == 2\n\n    ✓ 1 assertion held\n"
      assert learnt.printed =~ "alpha-1 is waiting"
      refute learnt.printed =~ "The second"
    end

    test "may be named by its path", %{dir: dir} do
      assert learn(["notebooks/beta.livemd"], course(dir, [{"beta", @beta}])).printed =~
               "Only prose."
    end

    test "pauses on a terminal, unless --all", %{dir: dir} do
      course = course(dir, [{"alpha", @alpha}])
      paused = learn(["alpha"], course, terminal: Terminal.new(), keys: "q\n")
      assert paused.status == 0
      assert paused.printed =~ "q: quit > "
      refute paused.printed =~ "An exercise"

      all = learn(["alpha", "--all"], course, terminal: Terminal.new())
      refute all.printed =~ "q: quit"
      assert all.printed =~ "An exercise"
    end

    test "that fails says so by its status", %{dir: dir} do
      assert learn(["failing"], course(dir, [{"failing", @failing}])).status == 1
    end
  end

  describe "--watch" do
    test "checks each file once in a pipe, and passes when all do", %{dir: dir} do
      course = course(dir, [{"alpha", @alpha}, {"beta", @beta}])
      args = ["--watch", "alpha", "--folder", dir]
      learnt = learn(args, course)
      assert learnt.status == 1
      assert learnt.printed =~ "alpha-1 does not pass yet: #{dir}/alpha/alpha-1.exs"

      File.write!(Path.join(dir, "alpha/alpha-1.exs"), "answer = 42")
      learnt = learn(args, course)
      assert learnt.status == 0
      assert learnt.printed =~ "All exercises of alpha pass. Next: bin/learn --watch beta\n"
    end

    test "takes an exercise: only that one in a pipe, the first on a terminal", %{dir: dir} do
      [title, section] = String.split(@alpha, "\n## ", parts: 2)
      second = String.replace(section, "alpha-1", "alpha-2")
      two = title <> "\n## " <> section <> "\n## " <> second
      course = course(dir, [{"alpha", two}, {"beta", @beta}])
      args = ["--watch", "alpha-2", "--folder", dir]
      File.mkdir_p!(Path.join(dir, "alpha"))
      File.write!(Path.join(dir, "alpha/alpha-2.exs"), "answer = 42")

      learnt = learn(args, course, passed: [])
      assert learnt.status == 0
      assert learnt.printed =~ ~r/✓ alpha-2 passes.*\n· 1 of 1 pass now\n\z/
      refute learnt.printed =~ "alpha-1"

      left = learn(args, course, terminal: Terminal.new(), passed: ["alpha-2"], keys: "q\n")
      assert left.printed =~ "(alpha-2, 2 of 2)"
      assert left.printed =~ "bin/learn --watch alpha continues from here.\n"
    end

    test "leaves out what has passed, and quits, on a terminal", %{dir: dir} do
      course = course(dir, [{"alpha", @alpha}])
      args = ["--watch", "alpha", "--folder", dir]

      passed = learn(args, course, terminal: Terminal.new(), passed: ["alpha-1"])
      assert passed.status == 0
      assert passed.printed =~ "All exercises of alpha pass. It is the last lesson.\n"

      left = learn(args, course, terminal: Terminal.new(), passed: [], keys: "q\n")
      assert left.status == 0
      assert left.printed =~ "bin/learn --watch alpha continues from here.\n"
      assert File.read!(Path.join(dir, "alpha/alpha-1.exs")) =~ "`bin/learn --watch alpha` runs"
    end

    test "without a lesson goes through the course, and resumes at what is open", %{dir: dir} do
      gamma = String.replace(@alpha, "alpha-1", "gamma-1")
      course = course(dir, [{"alpha", @alpha}, {"beta", @beta}, {"gamma", gamma}])
      args = ["--watch", "--folder", dir]

      learnt = learn(args, course, passed: [])
      assert learnt.status == 1
      assert learnt.printed =~ "alpha-1 does not pass yet: #{dir}/alpha/alpha-1.exs"
      assert learnt.printed =~ "gamma-1 does not pass yet: #{dir}/gamma/gamma-1.exs"
      file = File.read!(Path.join(dir, "gamma/gamma-1.exs"))
      assert file =~ "While `bin/learn --watch` runs"
      assert file =~ "`bin/learn gamma` shows the lesson."

      left = learn(args, course, terminal: Terminal.new(), passed: ["alpha-1"], keys: "q\n")
      assert left.status == 0
      assert left.printed =~ "(gamma-1, 2 of 2)"
      refute left.printed =~ "alpha-1"
      assert left.printed =~ "bin/learn --watch continues from here.\n"

      for lesson <- ["alpha", "gamma"],
          do: File.write!(Path.join(dir, "#{lesson}/#{lesson}-1.exs"), "answer = 42")

      learnt = learn(args, course, passed: [])
      assert learnt.status == 0
      assert learnt.printed =~ "All exercises of the course pass.\n"
    end

    test "needs a lesson that there is, and exercises", %{dir: dir} do
      course = course(dir, [{"alpha", @alpha}, {"beta", @beta}])

      for {args, course, complaint} <- [
            {["--watch", "betta"], course,
             "There is no lesson or exercise betta. Did you mean beta?\nSee --list.\n"},
            {["--watch", "alpha-11"], course, " Did you mean alpha-1?"},
            {["--watch", "nonsense"], course,
             "There is no lesson or exercise nonsense.\nSee --list.\n"},
            {["--watch", "beta"], course, "beta has no exercises: bin/learn beta reads it.\n"},
            {["--watch"], tl(course), "The course has no exercises."}
          ] do
        learnt = learn(args, course)
        assert learnt.status == 2
        assert learnt.complaint =~ complaint
      end
    end
  end

  describe "options" do
    test "--list has the lessons, and their exercises with what has passed", %{dir: dir} do
      long = String.replace(@alpha, "## An exercise", "## Exercise: #{String.duplicate("a", 80)}")
      course = course(dir, [{"alpha", @alpha}, {"b", @beta}, {"long", long}])
      learnt = learn(["--list"], course, passed: [])
      assert learnt.status == 0

      assert learnt.printed == """
             alpha  The first (2 sections)
               ○ alpha-1  An exercise
             b      The second (1 section)
             long   The first (2 sections)
               ○ alpha-1  #{String.duplicate("a", 66)}…
             """

      passed =
        learn(["--list"], course, passed: ["alpha-1"], terminal: Terminal.new(colour: true))

      assert passed.printed =~ "\e[32m●\e[0m alpha-1"
    end

    test "--list says which notebook cannot be read", %{dir: dir} do
      learnt = learn(["--list"], [{"gone", Path.join(dir, "gone.livemd")}])
      assert learnt.status == 1
      assert learnt.complaint =~ "#{dir}/gone.livemd:1: cannot be read"
    end

    test "--help tells all of them and asks for no course" do
      for option <- ["--help", "-h"] do
        learnt = learn([option], nil)
        assert learnt.status == 0

        for part <-
              ~w(LESSON --all --watch --folder --list --progress --restart --reset --livebook --help) do
          assert learnt.printed =~ part
        end
      end
    end

    test "an unknown lesson names the nearest, and all in the order of the course", %{dir: dir} do
      learnt = learn(["betta"], course(dir, [{"beta", @beta}, {"alpha", @alpha}]))
      assert learnt.status == 2
      assert learnt.printed == ""

      assert learnt.complaint ==
               "There is no lesson betta. Did you mean beta?\nThe lessons are: beta, alpha.\n"
    end

    test "an unknown option, a value too many, two lessons: a message and no stack trace" do
      for args <- [
            ["--bogus"],
            ["--list=3"],
            ["-x"],
            ["a", "b"],
            ["--restart"],
            ["--restart", "a", "b"]
          ] do
        learnt = learn(args, [])
        assert learnt.status == 2
        assert learnt.complaint =~ "--help"
      end

      assert learn(["--livebook"], []).complaint =~ "bin/learn"
    end
  end

  describe "a cell that ends the VM" do
    # As `run/1` calls it, with a course of our own.
    defp in_another_vm(args, course, journal) do
      code = """
      args = #{inspect(args)}
      options = [course: #{inspect(course)}, runner: []]
      learn = fn -> Mix.Tasks.Roundtrip.Learn.learn(args, options) end
      System.halt(Livemd.Journal.record(learn))
      """

      paths = for module <- [Learn, Livemd.Journal], do: module |> :code.which() |> Path.dirname()
      args = Enum.flat_map(paths, &["-pa", &1]) ++ ["-e", code]
      System.cmd("elixir", args, env: [{"LIVEMD_JOURNAL", journal}], stderr_to_stdout: true)
    end

    for {name, code} <- [
          halt: "System.halt(0)",
          stop: "System.stop(0)",
          sigterm: ~s|System.cmd("kill", ["-TERM", System.pid()])\nProcess.sleep(:infinity)|
        ] do
      test "leaves an incomplete journal, which names it: #{name}", %{dir: dir} do
        ends = String.replace(@alpha, "assert 1 + 1 == 2", unquote(code))
        course = course(dir, [{"alpha", ends}, {"failing", @failing}])
        journal = Path.join(dir, "journal")

        for args <- [[], ["alpha"]] do
          {_printed, 0} = in_another_vm(args, course, journal)
          text = Livemd.Journal.explain(journal)
          assert text =~ "Last seen running:\n  #{dir}/alpha.livemd:6 Sums\n"
          assert text =~ "Not seen to start:\n  #{dir}/alpha.livemd:"
          assert text =~ "#{dir}/failing.livemd:6 Fails\n" == (args == [])
        end
      end
    end

    test "is not one that fails, or holds", %{dir: dir} do
      journal = Path.join(dir, "journal")

      for {name, last} <- [{"alpha", "complete"}, {"failing", "failed"}] do
        course = course(dir, [{"alpha", @alpha}, {"failing", @failing}])
        in_another_vm([name], course, journal)
        assert journal |> File.read!() |> String.split("\n", trim: true) |> List.last() == last
      end
    end
  end

  test "a reader that closed the pipe is no crash" do
    {:ok, closed} = StringIO.open("")
    StringIO.close(closed)
    assert Learn.learn(["--help"], output: closed) == 141
  end
end
