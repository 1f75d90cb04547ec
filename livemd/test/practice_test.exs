defmodule Livemd.PracticeTest do
  use ExUnit.Case, async: true

  import Livemd.Console, only: [type: 2, expect: 2]

  alias Livemd.Console
  alias Livemd.{Parser, Practice, Terminal}

  @continue ~s(<!-- livebook:{"continue_on_error":true} -->\n)

  @small """
  # Small

  ## What the exercises build upon

  ```elixir
  import ExUnit.Assertions
  {:ok, ran} = Agent.start_link(fn -> 1 end)
  send(:OWNER, {:ran, ran})
  ```

  ## Exercise: one more

  Write `more`: one more than a number.

  ```elixir
  # exercise: small-1
  more = fn n -> n end
  ```

  #{@continue}
  ```elixir
  # check: small-1
  assert more.(1) == 2
  assert Agent.get(ran, & &1) == 1
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

  ## Exercise: one less

  Write `less`: one less than a number.

  ```elixir
  # exercise: small-2
  less = fn n -> n end
  ```

  #{@continue}
  ```elixir
  # check: small-2
  assert less.(2) == 1
  ```

  <details>
  <summary>Solution</summary>

  ```elixir
  less = fn n -> n - 1 end
  ```

  </details>
  """

  @more "more = fn n -> n + 1 end\n"
  @less "less = fn n -> n - 1 end\n"
  @prompt " + Enter > "

  setup do
    folder = Path.join(System.tmp_dir!(), "practice-#{System.unique_integer([:positive])}")
    on_exit(fn -> File.rm_rf!(folder) end)
    name = :"practice_test_#{System.unique_integer([:positive])}"
    Process.register(self(), name)
    lesson = String.replace(@small, ":OWNER", inspect(name))
    {:ok, folder: folder, lesson: lesson, one: Path.join(folder, "small/small-1.exs")}
  end

  defp parse(text) do
    {:ok, notebook} = Parser.parse(text, "small.livemd")
    notebook
  end

  defp watch(context, options \\ []) do
    console = Console.start()
    devices = [input: console, output: console, terminal: Terminal.new(), folder: context.folder]
    {console, Task.async(fn -> Practice.run(course(context), options ++ devices) end)}
  end

  defp course(context),
    do: Map.get_lazy(context, :course, fn -> [{"small", parse(context.lesson)}] end)

  # Until the first prompt.
  defp shown(context, options \\ []) do
    {console, task} = watch(context, options)
    {console, task, expect(console, @prompt)}
  end

  defp once(context, options \\ []) do
    {:ok, output} = StringIO.open("")
    options = options ++ [output: output, folder: context.folder]
    outcome = Practice.run(course(context), options)
    {_left, printed} = StringIO.contents(output)
    {outcome, printed}
  end

  defp save(path, code, console) do
    File.write!(path, code)
    expect(console, "saved at ")
    expect(console, @prompt)
  end

  defp quit(console, task) do
    type(console, "q")
    assert Task.await(task, 30_000) == :quit
  end

  describe "an exercise" do
    test "is shown with its prose, its file, its check and its verdict", context do
      {console, task, text} = shown(context, command: "learn small", reading: &"read #{&1}")
      assert text =~ "running 1 cell of the lesson, once"
      assert text =~ "Exercise: one more (small-1, 1 of 2)\n"
      assert text =~ "Write `more`: one more than a number.\n"
      assert text =~ "    assert more.(1) == 2\n"
      assert text =~ "Edit #{context.one} and save it.\n"
      assert text =~ "… small-1 does not pass yet: #{context.one}\n"
      assert text =~ "small.livemd:24: Assertion with == failed\n"
      assert text =~ "left:  1\n"
      assert text =~ "\e[2Ksmall ░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 2\n"

      assert text =~
               "h hint · s solution · n next · p back · l list · r run · q quit · ? + Enter > "

      quit(console, task)

      assert File.read!(context.one) == """
             # Exercise: one more (small-1)
             #
             # Write `more`: one more than a number.
             #
             # While `learn small` runs, each save of this file is checked.
             # `read small` shows the lesson.

             more = fn n -> n end
             """
    end

    test "that passes stays until a key, and so does the last one", context do
      {console, task, _text} = shown(context)

      text = save(context.one, @more, console)
      assert text =~ "✓ small-1 passes (2 assertions held)\n"
      assert text =~ "████████████░░░░░░░░░░░░ 1 of 2\n"
      assert text =~ "Enter s n p l r q ? + Enter > "
      type(console, "")
      assert expect(console, @prompt) =~ "Exercise: one less (small-2, 2 of 2)\n"

      text = save(Path.join(context.folder, "small/small-2.exs"), @less, console)
      assert text =~ "████████████████████████ 2 of 2\n"
      type(console, "")
      assert Task.await(task, 30_000) == :passed
    end

    test "that passes can be compared with the solution", context do
      {console, task, _text} = shown(context)
      save(context.one, "# My own.\n\nmore = &(&1 + 1)\n", console)
      type(console, "s")
      text = expect(console, @prompt)
      assert text =~ "#{context.one}\n\n    more = &(&1 + 1)\n"
      assert text =~ "▾ Solution\n\nelixir\n    more = fn n -> n + 1 end\n"
      quit(console, task)
    end

    test "that passed before is not asked for again", context do
      {console, task, text} = shown(context, passed: ["small-1"])
      assert text =~ "(small-2, 2 of 2)"
      assert text =~ " 1 of 2\n"
      refute File.exists?(context.one)
      quit(console, task)

      {_console, task} = watch(context, passed: ["small-1", "small-2"])
      assert Task.await(task, 30_000) == :passed
    end

    test "keeps the file that the reader has", context do
      File.mkdir_p!(Path.dirname(context.one))
      File.write!(context.one, "more = :mine\n")
      {console, task, text} = shown(context)
      assert text =~ "✗ small-1 fails"
      quit(console, task)
      assert File.read!(context.one) == "more = :mine\n"
    end

    test "that cannot run here is skipped, and said", context do
      lesson =
        context.lesson <>
          "\n## With a package\n\n```elixir\n# exercise: small-3\nVegaLite.new()\n```\n\n" <>
          @continue <> "\n```elixir\n# check: small-3\nassert true\n```\n"

      {outcome, text} = once(%{context | lesson: lesson})
      assert outcome == :failed
      assert text =~ "- small-3 is skipped: VegaLite is not installed\n"
      assert text =~ "0 of 2 pass now\n"

      {console, task, text} = shown(%{context | lesson: lesson})
      assert text =~ "(small-1, 1 of 2)"
      type(console, "l")
      assert expect(console, @prompt) =~ "  - small-3  With a package\n"
      quit(console, task)
    end
  end

  describe "keys" do
    test "hint, solution, help; the solution is never written", context do
      {console, task, _text} = shown(context)
      type(console, "h")
      assert expect(console, @prompt) =~ "▾ Hint\n\nThink of plus.\n"
      type(console, "S")
      assert expect(console, @prompt) =~ "    more = fn n -> n + 1 end\n"

      for key <- ["?", "what"] do
        type(console, key)
        assert expect(console, @prompt) =~ "r     checks the file again"
      end

      type(console, "")
      assert expect(console, @prompt) =~ "(small-1, 1 of 2)"
      quit(console, task)
      refute File.read!(context.one) =~ "n + 1"
    end

    test "next and previous, to the ends; what has passed stays shown", context do
      {console, task, _text} = shown(context, passed: ["small-1"])
      type(console, "n")
      assert expect(console, @prompt) =~ "This is the last exercise."
      type(console, "h")
      assert expect(console, @prompt) =~ "This exercise has no hint."
      type(console, "p")
      assert expect(console, @prompt) =~ "(small-1, 1 of 2)"
      assert save(context.one, @more, console) =~ "✓ small-1 passes"
      type(console, "r")
      assert expect(console, @prompt) =~ "✓ small-1 passes"
      type(console, "p")
      assert expect(console, @prompt) =~ "This is the first exercise."
      quit(console, task)
    end

    test "the end of the input quits", context do
      {console, task, _text} = shown(context)
      type(console, :eof)
      assert Task.await(task, 30_000) == :quit
    end
  end

  describe "a course" do
    @other """
    # Other

    ## Exercise: the other

    ```elixir
    # exercise: other-twice
    twice = fn n -> n end
    ```

    #{@continue}
    ```elixir
    # check: other-twice
    import ExUnit.Assertions
    assert twice.(2) == 4
    ```
    """

    setup context do
      {:ok, course: [{"small", parse(context.lesson)}, {"other", parse(@other)}]}
    end

    test "goes on from one lesson to the next and back, and resumes at what is open", context do
      {console, task, text} = shown(context, passed: ["small-1", "small-2"])
      assert text =~ "Exercise: the other (other-twice, 3 of 3)\n"
      assert text =~ "other       ░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 1\n"
      assert text =~ "all lessons ████████████████░░░░░░░░ 2 of 3\n"
      assert text =~ "Edit #{context.folder}/other/other-twice.exs and save it."

      type(console, "p")
      assert expect(console, @prompt) =~ "(small-2, 2 of 3)"
      assert_received {:ran, _agent}

      type(console, "l")

      assert expect(console, @prompt) =~ """

             small
               ● small-1  one more
             > ● small-2  one less

             other
               ○ other-twice  the other

             """

      type(console, "")
      assert expect(console, @prompt) =~ "(other-twice, 3 of 3)"

      text =
        save(Path.join(context.folder, "other/other-twice.exs"), "twice = &(&1 * 2)", console)

      assert text =~ "✓ other-twice passes"
      type(console, "n")
      assert Task.await(task, 30_000) == :passed
    end

    test "in a pipe is checked whole", context do
      assert {:failed, text} = once(context)
      assert text =~ "small-1 does not pass yet"
      assert text =~ "other-twice does not pass yet"
      assert text =~ "0 of 3 pass now\n"
    end
  end

  describe "a VM that has ended" do
    test "is said, with its last words, and the file is checked when it changes", context do
      # Not the first exercise.
      two = Path.join(context.folder, "small/small-2.exs")
      crashes = crashes(context, %{"attempt" => "small-2", "status" => "139\n"})
      shell = "bin/prepare.sh: line 70: 123 Segmentation fault (core dumped) mix\n"
      File.write!(Path.join(crashes, "stderr"), "\nthread 'x' panicked\n" <> shell)

      {console, task, text} = shown(context, crashes: crashes)
      assert text =~ "(small-2, 2 of 2)"
      assert text =~ "  │ thread 'x' panicked\n✗ small-2 has ended the whole VM: #{two}\n"
      assert text =~ "It was a segmentation fault (exit status 139)."
      refute text =~ "prepare.sh"
      refute text =~ "does not pass"
      assert File.ls!(crashes) -- ["attempt"] == File.ls!(crashes)

      File.mkdir_p!(Path.dirname(two))
      assert save(two, @less, console) =~ "✓ small-2 passes"
      quit(console, task)
    end

    test "is prepared for: an attempt leaves its name, and only its standard error is shown",
         context do
      crashes = crashes(context, %{"stderr" => "the lesson's own panic"})
      {console, task, text} = shown(context, crashes: crashes)
      refute text =~ "panic"

      code = """
      File.write!("#{crashes}/stderr", "the reader's\\n")
      IO.puts(File.read!("#{crashes}/attempt"))
      """

      text = save(context.one, code, console)
      assert text =~ "│ small-1\n"
      assert text =~ "│ the reader's\n"
      refute text =~ "lesson"
      # It may have started a thread.
      assert File.read!(crashes <> "/attempt") == "small-1"
      quit(console, task)
      assert File.ls!(crashes) == ["stderr"]
    end

    defp crashes(context, files) do
      folder = context.folder <> "-crashes"
      File.mkdir_p!(folder)
      on_exit(fn -> File.rm_rf!(folder) end)
      for {name, text} <- files, do: File.write!(Path.join(folder, name), text)
      folder
    end
  end

  describe "a file set aside" do
    test "gets a name that is free, and the exercise its stub", context do
      [exercise | _] = Livemd.Exercise.all(parse(context.lesson))
      restart = fn -> Practice.restart(exercise, "small", folder: context.folder) end
      assert restart.() == {:ok, {context.one, nil}}
      stub = File.read!(context.one)
      assert stub =~ "more = fn n -> n end"

      for {mine, name} <- [{"first", ".old"}, {"second", ".old2"}, {"third", ".old3"}] do
        File.write!(context.one, mine)
        assert restart.() == {:ok, {context.one, context.one <> name}}
        assert File.read!(context.one) == stub
        assert File.read!(context.one <> name) == mine
      end
    end
  end

  describe "a save" do
    test "evaluates the lesson no second time", context do
      {console, task, _text} = shown(context)
      assert_receive {:ran, _agent}, 5_000
      for n <- 2..5, do: save(context.one, "more = fn n -> n * #{n * 10} end\n", console)
      refute_received {:ran, _agent}
      quit(console, task)
    end

    test "may come by a rename, or by writing bit by bit", context do
      {console, task, _text} = shown(context)
      File.rename!(context.one, context.one <> "~")
      File.write!(context.one <> ".new", "more = :renamed\n")
      File.rename!(context.one <> ".new", context.one)
      expect(console, "✗ small-1 fails")
      expect(console, @prompt)

      File.open!(context.one, [:write], fn file ->
        IO.write(file, "more = fn n -> ")
        IO.write(file, "n + 1 end")
      end)

      assert expect(console, @prompt) =~ "✓ small-1 passes"
      quit(console, task)
    end

    test "shows what the code prints, and not without end", context do
      {console, task, _text} = shown(context)
      assert save(context.one, ~s{IO.puts("here I am")\nmore = & &1}, console) =~ "│ here I am\n"
      loop = "for n <- 1..1000, do: IO.puts(n)\nmore = & &1\n"
      assert save(context.one, loop, console) =~ "│ 40\n  ... and 960 more lines\n"
      quit(console, task)
    end

    test "that changes nothing is checked, too", context do
      {console, task, _text} = shown(context)
      File.touch!(context.one, {{2020, 1, 1}, {0, 0, 0}})
      assert expect(console, @prompt) =~ "small-1 does not pass yet"
      quit(console, task)
    end

    test "may define the same module again and again", context do
      {console, task, _text} = shown(context)

      code = fn body ->
        "defmodule PracticeTest.Made do\n  def more(n), do: #{body}\nend\n\n" <>
          "more = &PracticeTest.Made.more/1\n"
      end

      assert save(context.one, code.("n"), console) =~ "left:  1\n"
      assert save(context.one, code.("n * 3"), console) =~ "left:  3\n"
      assert save(context.one, code.("n +"), console) =~ "small-1.exs:3: ** (SyntaxError)"
      assert save(context.one, code.("unknown(n)"), console) =~ "** (CompileError)"
      assert save(context.one, code.("n * 4"), console) =~ "left:  4\n"
      refute Code.ensure_loaded?(PracticeTest.Made)
      quit(console, task)
    end

    test "replaces one that never ends", context do
      {console, task, _text} = shown(context)
      File.write!(context.one, "receive do: (:never -> 1)\n")
      expect(console, "checking, 1 s")
      assert save(context.one, "more = fn n -> n * 9 end\n", console) =~ "left:  9\n"

      File.write!(context.one, "receive do: (:never -> 2)\n")
      expect(console, "checking, 1 s")
      quit(console, task)
    end
  end

  describe "the file" do
    test "is written again if it was deleted", context do
      {console, task, _text} = shown(context)
      File.rm!(context.one)
      assert expect(console, @prompt) =~ "#{context.one} was deleted and is written again."
      assert File.read!(context.one) =~ "more = fn n -> n end\n"
      File.rm_rf!(context.folder)
      assert expect(console, @prompt) =~ "was deleted"
      assert File.exists?(context.one)
      quit(console, task)
    end

    test "may be no text, or no file", context do
      {console, task, _text} = shown(context)
      assert save(context.one, <<"more = \"", 255, 254>>, console) =~ "read: it is not UTF-8"
      File.rm!(context.one)
      File.mkdir!(context.one)
      assert expect(console, @prompt) =~ "cannot be read: illegal operation on a directory"
      File.rmdir!(context.one)
      assert expect(console, @prompt) =~ "was deleted"
      quit(console, task)
    end

    test "that cannot be written ends it with a sentence", context do
      File.write!(context.folder, "not a folder")
      {console, task} = watch(context)
      expect(console, "- #{context.one} cannot be written: not a directory\n")
      assert Task.await(task, 30_000) == :failed
      assert {:failed, text} = once(context)
      assert text =~ "cannot be written"
    end
  end

  describe "damage" do
    # Each with the line of the reader's file, and the loop goes on.
    for {name, code, line, words} <- [
          {"a crash", "x = 0\nmore = fn n ->\n  n = div(n, x)\n  n\nend\n", 3, "ArithmeticError"},
          {"a crash in a module",
           "defmodule PracticeTest.Crash do\n  def more(n) do\n    String.to_integer(n)\n  end\nend\n" <>
             "more = &PracticeTest.Crash.more/1\n", 3, "ArgumentError"},
          {"a crash in another process",
           "more = fn n ->\n  Task.await(Task.async(fn ->\n    raise \"no \#{n}\"\n  end))\nend\n",
           3, "no 1"},
          {"a throw", "\nthrow(:it)\n", 2, "(throw) :it"},
          {"a syntax error", "more =\n  fn n -> n ]\n", 2, "unexpected token: ]"},
          {"an unknown function", "\n\nmore = nobody(1)\n", 3, "nobody"},
          {"a process that ends itself", "more = fn _n ->\n  exit(:shutdown)\nend\n", 2,
           "shutdown"},
          {"a killed process",
           "more = fn n ->\n  n = n\n  Process.exit(self(), :kill)\n  n\nend\n", 3, "killed"},
          {"an endless loop",
           "loop = fn loop -> loop.(loop) end\n\nmore = fn _n ->\n  loop.(loop)\nend\n", 1,
           "took longer than 2.0 s"},
          {"a wait without end", "more = fn n ->\n  n = n\n  receive do: (^n -> 1)\nend\n", 3,
           "took longer than 2.0 s"}
        ] do
      # Only what never ends should meet it.
      limit = if words =~ "longer", do: 2_000, else: 30_000

      test "#{name} is shown with the line of the file", context do
        {console, task, _text} = shown(context, check_timeout: unquote(limit))
        text = save(context.one, unquote(code), console)
        assert text =~ ~r/✗ small-1 (fails|exceeds its time limit)/
        assert text =~ "#{context.one}:#{unquote(line)}: "
        assert text =~ unquote(words)
        File.write!(context.one, @more)
        assert expect(console, @prompt) =~ "✓ small-1 passes"
        quit(console, task)
      end
    end

    test "to the code's own time limit", context do
      {console, task, _text} = shown(context, runner: [timeout: 2_000])
      text = save(context.one, "x = 1\nreceive do: (^x -> 1)\n", console)
      assert text =~ "#{context.one}:2: took longer than 2.0 s"
      quit(console, task)
    end

    test "to what the lesson has started: it runs again", context do
      {console, task, _text} = shown(context)
      assert_receive {:ran, agent}, 5_000
      kill = "Process.exit(ran, :kill)\nreceive do: (:never -> 1)\n"
      assert save(context.one, kill, console) =~ "lesson's process: its cells run again."
      refute Process.alive?(agent)
      assert_receive {:ran, _agent}, 5_000

      File.write!(context.one, @more)
      assert expect(console, @prompt) =~ "✓ small-1 passes"
      refute_received {:ran, _agent}
      quit(console, task)
    end

    test "to the lesson itself ends it", context do
      lesson = String.replace(context.lesson, "{:ok, ran} =", "{:error, ran} =")
      {console, task} = watch(%{context | lesson: lesson})
      text = expect(console, "MatchError")
      assert text =~ "✗ a cell of the lesson failed"
      assert text =~ "small.livemd:7: "
      assert Task.await(task, 30_000) == :failed
    end
  end

  test "several exercises of a section have their own headings as titles", context do
    lesson = String.replace(context.lesson, "## Exercise: one ", "### One ")
    {console, task, text} = shown(%{context | lesson: lesson}, exercise: "small-2")
    assert text =~ "One less (small-2, 2 of 2)\n"
    refute text =~ ~r/One less.*One less/s
    type(console, "l")
    text = expect(console, @prompt)
    assert text =~ "small-1  One more\n"
    assert text =~ "small-2  One less\n"
    quit(console, task)
  end

  describe "in a pipe" do
    test "each file is checked once", context do
      assert {:failed, text} = once(context)
      assert text =~ "each file is checked once"
      assert text =~ "… small-1 does not pass yet: #{context.one}\n"
      assert text =~ "… small-2 does not pass yet"
      assert text =~ "0 of 2 pass now\n"
      refute text =~ "\e"
      refute text =~ @prompt

      File.write!(context.one, @more)
      assert {:failed, text} = once(context)
      assert text =~ "✓ small-1 passes"

      File.write!(Path.join(context.folder, "small/small-2.exs"), @less)
      assert {:passed, text} = once(context, passed: ["small-1"])
      assert text =~ "2 of 2 pass now\n"

      File.write!(context.one, "more = 1\n")
      assert {:failed, text} = once(context, passed: ["small-1", "small-2"])
      assert text =~ "1 of 2 pass now (2 have passed before)\n"

      assert {:passed, text} = once(context, exercise: "small-2")
      refute text =~ "small-1"
      assert text =~ "1 of 1 pass now\n"
    end

    test "what the code printed is below its verdict, with places in the file", context do
      code = ~S'''
      defmodule One do
        def source, do: [source: """
          fn one() {}
          """]
      end

      IO.puts("warning: x\n --> one.rs:1:2")
      '''

      failed = "✗ small-1 fails: #{context.one}"

      for {more, verdict} <- [
            {@more, "✓ small-1 passes (2 assertions held)"},
            {"more = 1\n", failed}
          ] do
        File.mkdir_p!(Path.dirname(context.one))
        File.write!(context.one, code <> more)
        {_outcome, text} = once(context, exercise: "small-1")
        assert text =~ "#{verdict}\n  │ warning: x\n  │  --> #{context.one}:3:6\n"
      end
    end

    test "a notebook without exercises is none", context do
      assert once(%{context | lesson: "# Small\n\n## Prose\n\nOnly.\n"}) == {:none, ""}
      refute File.exists?(context.folder)
    end
  end
end
