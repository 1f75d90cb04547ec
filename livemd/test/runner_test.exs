defmodule Livemd.RunnerTest do
  use ExUnit.Case, async: true

  doctest Livemd.Failure

  alias Livemd.Notebook
  alias Livemd.{CellResult, Failure, Parser, Report, Runner}

  @continue ~s(<!-- livebook:{"continue_on_error":true} -->\n\n)

  # Cells as text make one section.
  defp notebook(sections, path \\ "lessons/n.livemd") do
    sections = if is_binary(hd(sections)), do: [sections], else: sections
    text = "# T\n\n" <> (sections |> Enum.with_index() |> Enum.map_join(&section/1))
    assert {:ok, notebook} = Parser.parse(text, path)
    notebook
  end

  defp section({cells, index}), do: "## S#{index}\n\n" <> Enum.map_join(cells, &cell/1)

  defp cell(@continue <> code), do: @continue <> cell(code)
  defp cell(code), do: "```elixir\n#{code}\n```\n\n"

  defp run(sections, opts \\ []), do: sections |> notebook() |> Runner.run(opts)

  defp statuses(report) do
    for %{status: status} <- report.cells,
        do: if(is_tuple(status), do: elem(status, 0), else: status)
  end

  defp values(report), do: Enum.map(report.cells, & &1.value)

  defp message(report, index \\ -1) do
    report.failures |> Enum.at(index) |> Failure.format(report.notebook)
  end

  describe "the main flow" do
    test "is one process, whose mailbox lasts" do
      report =
        run([
          "me = self()\nsend(self(), :hello)",
          "receive do :hello -> me == self() after 0 -> :none end"
        ])

      assert values(report) == [":hello", "true"]
    end

    test "carries bindings, imports, aliases and requires over" do
      report =
        run([
          "import Bitwise\nalias String, as: Text\nrequire Integer\nx = 5",
          "{x &&& 4, Text.upcase(\"a\"), Integer.is_odd(x)}"
        ])

      assert values(report) == ["5", ~s({4, "A", true})]
    end

    test "carries the process dictionary over" do
      assert values(run(["Process.put(:k, 1)", "Process.get(:k)"])) == ["nil", "1"]
    end

    test "keeps macros' variables out of the binding" do
      report =
        run([
          "defmodule RunnerTestHygiene do\n  defmacro m, do: quote(do: var!(kept, RunnerTest) = 1)\nend",
          "require RunnerTestHygiene\nRunnerTestHygiene.m()\nx = 2",
          "for {name, RunnerTest} <- Map.keys(__ENV__.versioned_vars), do: name"
        ])

      assert List.last(values(report)) == "[]"
    end

    test "knows the cell's file and its lines" do
      report = run(["\n__ENV__.line", "__ENV__.file", "__DIR__"])
      path = Path.expand("lessons/n.livemd")
      assert values(report) == ["7", inspect(path <> "#cell:1"), inspect(Path.dirname(path))]
    end

    test "parses each cell alone" do
      report = run(["x = (", "1)"])
      assert statuses(report) == [:failed, :aborted]
      assert message(report) =~ "lessons/n.livemd:6: ** (TokenMissingError)"
    end

    @tag :tmp_dir
    test "has ExUnit's settings, which assert_receive reads", %{tmp_dir: dir} do
      path = Path.join(dir, "n.livemd")
      cell = "import ExUnit.Assertions\nsend(self(), :a)\nassert_receive :a"
      File.write!(path, "# T\n\n## S\n\n" <> cell(cell))

      # Here ExUnit is loaded anyhow; in another VM it is not.
      code = """
      alias Livemd.{Parser, Runner}
      {:ok, notebook} = Parser.read(#{inspect(path)})
      IO.write(inspect(Runner.run(notebook).failures))
      """

      ebin = Runner |> :code.which() |> Path.dirname()
      assert {"[]", 0} = System.cmd("elixir", ["-pa", ebin, "-e", code], stderr_to_stdout: true)
    end

    test "never evaluates the setup" do
      text = "# T\n\n```elixir\nraise \"setup\"\n```\n\n## S\n\n```elixir\n1\n```\n"
      {:ok, notebook} = Parser.parse(text, "n.livemd")
      report = Runner.run(notebook)
      assert Report.ok?(report)
      assert length(report.cells) == 1
    end
  end

  describe "a cell that fails" do
    test "aborts the rest of the flow" do
      report = run([["raise \"no\"", "1"], ["2"]])
      assert statuses(report) == [:failed, :aborted, :aborted]
      assert [%Failure{kind: :error}] = report.failures
      refute Report.ok?(report)
    end

    test "adds nothing, where it is marked to go on" do
      report =
        run([
          "x = 1\nProcess.put(:k, 1)",
          @continue <>
            "x = 2\nimport Bitwise\nProcess.put(:k, 2)\nProcess.put(:l, 2)\nraise \"no\"",
          "{x, Process.get(:k), Process.get(:l)}",
          "1 &&& 1"
        ])

      assert statuses(report) == [:ok, :failed, :ok, :failed]
      assert Enum.at(values(report), 2) == "{1, 1, nil}"
      assert [%Failure{line: 17}, %Failure{line: 25}] = report.failures
    end

    test "takes back the modules it defined" do
      define = "defmodule RunnerTestHalf do\n  def f, do: 1\nend\n"

      report = run([@continue <> define <> "raise \"no\"", define <> "RunnerTestHalf.f()"])

      assert statuses(report) == [:failed, :ok]
    end

    test "names its line in the file" do
      for {code, line} <- [
            {"x = 1\n\nraise \"no\"", 8},
            {"x = 1\n\n1 = x + 1", 8},
            {"x = 1\n\nnot_there(x)", 8},
            {"x = 1\n\nexit(:normal)", 8},
            {"x = 1\n\nthrow(:up)", 8},
            {"x = 1\n\nString.no_such(x)", 8},
            {"x = 1\n\n%NoSuch{}", 8},
            {"import ExUnit.Assertions\n\nassert 1 == 2", 8},
            {"import ExUnit.Assertions\nassert true\nassert_receive :a, 0", 8},
            {"import ExUnit.Assertions\nassert true\nassert 1 == 2, \"words\"", 8},
            {"x = 1\n\n)", 8}
          ] do
        report = run([code])
        assert [%Failure{line: ^line}] = report.failures, code <> inspect(report.failures)
      end
    end

    test "shows the way through the notebook's own functions" do
      report =
        run([
          "defmodule RunnerTestWay do\n  def f do\n    raise \"no\"\n    :ok\n  end\nend",
          "RunnerTestWay.f()\n:ok"
        ])

      text = message(report)
      assert text =~ "lessons/n.livemd:15: ** (RuntimeError) no\n"
      assert text =~ "lessons/n.livemd:8: RunnerTestWay.f/0"
      refute text =~ "#cell"
      refute text =~ "evaluator.ex"
      refute text =~ "erl_eval"
    end

    test "shows what the compiler said" do
      assert message(run(["not_there(1)"])) =~ "undefined function not_there/1"
    end

    test "names what is in scope if a variable isn't" do
      report = run(["limit = 1\nlast = 2", "lmit() + 1"])

      assert message(report) =~
               ~r/undefined (variable "lmit"|function lmit).*\n    in scope: last, limit\z/s

      refute message(run(["lmit() + 1"])) =~ "in scope"
      refute message(run(["limit = 1", "raise \"no\""])) =~ "in scope"
    end

    test "shows an assertion as ExUnit does" do
      report = run(["import ExUnit.Assertions\nx = %{a: 1}\nassert x == %{a: 2}"])

      assert message(report) == """
             lessons/n.livemd:8: Assertion with == failed
                 code:  assert x == %{a: 2}
                 left:  %{a: 1}
                 right: %{a: 2}\
             """

      coloured = Failure.format(hd(report.failures), report.notebook, colours: true)
      assert coloured =~ "%{a: \e[31m1\e[0m}"
      assert coloured =~ "%{a: \e[32m2\e[0m}"
    end

    test "may take its process with it" do
      for code <- [
            "Process.exit(self(), :kill)",
            "spawn_link(fn -> exit(:oops) end); receive do :never -> 1 end"
          ] do
        report = run([@continue <> code, "1"])
        assert statuses(report) == [:failed, :aborted]
        assert [%Failure{kind: :exit, line: 8}] = report.failures
        assert message(report) =~ "the notebook's process died"
      end
    end

    test "is seen after the last cell, too" do
      notebook =
        notebook([
          "pid = spawn_link(fn -> receive do :go -> exit(:oops) end end)\nProcess.register(pid, :runner_test_late)"
        ])

      {_, runner} = notebook |> Runner.start() |> Runner.eval_section(0)
      evaluator = Process.monitor(runner.evaluator.pid)
      send(:runner_test_late, :go)
      assert_receive {:DOWN, ^evaluator, _, _, :oops}, 5_000
      assert [%Failure{kind: :exit, line: 6}] = Runner.stop(runner).failures
    end

    test "may have taken too long" do
      # Long enough to reach the second line on a busy machine.
      report = run(["x = 1\nreceive do ^x -> 1 end", "1"], timeout: 2_000)
      assert statuses(report) == [:failed, :aborted]
      assert [%Failure{kind: :timeout}] = report.failures
      assert message(report) == "lessons/n.livemd:7: took longer than 2.0 s"
    end
  end

  describe "memory" do
    @count "{:binary, all} = Process.info(self(), :binary)\nEnum.count(all, &(elem(&1, 1) == 100_000))"

    test "keeps what a cell bound, though its variable is bound again" do
      report =
        run([
          "data = :binary.copy(<<1>>, 100_000)\n:ok",
          "data = nil",
          ":erlang.garbage_collect()\n" <> @count
        ])

      assert List.last(values(report)) == "1"
    end

    test "keeps what a cell put into the process dictionary, though a later one replaced it" do
      report =
        run([
          "Process.put(:data, :binary.copy(<<1>>, 100_000))",
          "Process.put(:data, nil)\n:ok",
          ":erlang.garbage_collect()\n" <> @count
        ])

      assert List.last(values(report)) == "1"
    end

    test "does not keep a value that nothing is bound to" do
      # Asked from outside: another cell would bring a collection of its own.
      runner = Runner.start(notebook([":binary.copy(<<1>>, 100_000)\n:ok"]))
      {[%{status: :ok}], runner} = Runner.eval_section(runner, 0)
      {:binary, binaries} = Process.info(runner.evaluator.pid, :binary)
      assert Enum.count(binaries, &(elem(&1, 1) == 100_000)) == 0
      Runner.stop(runner)
    end
  end

  describe "modules" do
    test "that are there already cannot be defined" do
      report = run(["defmodule String do\nend"])
      assert message(report) =~ "module String is already defined"
      assert [%Failure{line: 6}] = report.failures
      assert String.upcase("a") == "A"
    end

    test "of another cell cannot be defined again" do
      define = "defmodule RunnerTestTwice do\nend\n"
      report = run([define, define])
      assert statuses(report) == [:ok, :failed]
      assert message(report) =~ "RunnerTestTwice is already defined"
    end

    test "are gone when the notebook ends, so that it can run again" do
      notebook =
        notebook(["defmodule RunnerTestGone do\n  def f, do: 1\nend\nRunnerTestGone.f()"])

      for _ <- 1..2 do
        assert values(Runner.run(notebook)) == ["1"]
        refute Code.ensure_loaded?(RunnerTestGone)
        refute :erlang.check_old_code(RunnerTestGone)
      end
    end

    test "that another process of the notebook defines are gone as well" do
      report =
        run(["fn -> defmodule RunnerTestTask do\nend end |> Task.async() |> Task.await()\n:ok"])

      assert Report.ok?(report)
      refute Code.ensure_loaded?(RunnerTestTask)
    end
  end

  describe "output" do
    test "is kept with its cell" do
      report =
        run([
          "IO.puts(\"a\")\n:io.format(\"~p~n\", [1])\nIO.write(\"é\")\nIO.inspect(2)",
          "IO.binwrite(<<255>>)",
          "1",
          "Task.await(Task.async(fn -> IO.puts(\"task\") end))"
        ])

      assert Enum.map(report.cells, & &1.output) == ["a\n1\né2\n", "ÿ", "", "task\n"]
    end

    test "is kept where the cell fails or takes too long" do
      assert [%{output: "a\n"}] = run(["IO.puts(\"a\")\nraise \"no\""]).cells
      cell = "IO.puts(\"a\")\nreceive do :never -> 1 end"
      assert [%{output: "a\n"}] = run([cell], timeout: 2_000).cells
    end

    test "cannot be read" do
      cell = "[IO.gets(\"?\"), IO.read(:line), :io.columns(), IO.getn(\"?\")]"

      assert values(run([cell])) ==
               ["[error: :enotsup, error: :enotsup, error: :enotsup, error: :enotsup]"]
    end

    test "holds what is logged" do
      cell = "require Logger\nLogger.error(\"runner test \#{1}\")"
      assert [%{output: "[error] runner test 1\n"}] = run([cell]).cells
    end

    test "has an end" do
      report = run(["for _ <- 1..50, do: IO.write(String.duplicate(\"a\", 100_000))\n:ok"])
      [%{output: output}] = report.cells
      assert byte_size(output) < 1_200_000
      assert output |> String.split("which is not kept") |> length() == 2
    end

    if function_exported?(Code, :with_diagnostics, 1) do
      test "does not hold warnings: they have their own place" do
        [cell] = run(["x = 1\nfn y -> x end\n:ok"]).cells
        assert [warning] = cell.warnings
        assert warning =~ "lessons/n.livemd:7: warning: variable \"y\" is unused"
        assert cell.output == ""
      end
    end

    test "shows values as Livebook does" do
      report = run(["\"é\"", "IEx.dont_display_result()", "# nothing", "Enum.to_list(1..200)"])
      assert [~s("é"), _, "nil", long] = values(report)
      assert long =~ "..."
    end
  end

  describe "the end" do
    test "takes away processes and their tables" do
      cell = """
      spawn(fn ->
        Process.flag(:trap_exit, true)
        Process.register(self(), :runner_test_stubborn)
        :ets.new(:runner_test_table, [:named_table, :public])
        send(parent, :ready)
        receive do :never -> 1 end
      end)
      receive do :ready -> :ok end
      {:ok, _} = Agent.start(fn -> 1 end, name: :runner_test_agent)
      :ok\
      """

      notebook = notebook(["parent = self()\n" <> cell])
      {[%{status: :ok}], runner} = notebook |> Runner.start() |> Runner.eval_section(0)
      assert Process.whereis(:runner_test_stubborn)
      assert :ets.whereis(:runner_test_table) != :undefined
      Runner.stop(runner)
      refute Process.whereis(:runner_test_stubborn)
      refute Process.whereis(:runner_test_agent)
      assert :ets.whereis(:runner_test_table) == :undefined
    end

    test "comes with the process that runs the notebook" do
      notebook =
        notebook([
          "defmodule RunnerTestOrphan do\nend\nProcess.register(self(), :runner_test_orphan)"
        ])

      test = self()

      {owner, ref} =
        spawn_monitor(fn ->
          {_, runner} = notebook |> Runner.start() |> Runner.eval_section(0)
          send(test, {:output, runner.evaluator.io})
          exit(:kill)
        end)

      assert_receive {:output, output}, 5_000
      assert_receive {:DOWN, ^ref, :process, ^owner, _}, 5_000
      output = Process.monitor(output)
      assert_receive {:DOWN, ^output, _, _, _}, 5_000
      refute Process.whereis(:runner_test_orphan)
      refute Code.ensure_loaded?(RunnerTestOrphan)
    end

    test "leaves no message behind" do
      run(["Process.exit(self(), :kill)"])
      run(["receive do :never -> 1 end"], timeout: 1)
      refute_received _
    end
  end

  describe "a leak check" do
    test "finds a counter that has changed for good" do
      counter = :counters.new(1, [])
      watch = fn -> %{things: :counters.get(counter, 1)} end
      on_cell = fn _ -> :counters.add(counter, 1, 1) end
      report = run(["1"], leak_check: watch, on_cell: on_cell)
      assert [%Failure{kind: :leak}] = report.failures

      assert message(report) ==
               "lessons/n.livemd:6: :things was 0 before the notebook and is 1 after it"
    end

    test "waits for one that goes back" do
      counter = :counters.new(1, [])

      watch = fn ->
        # Counts down each time it is read, as destructors do behind the scenes.
        value = :counters.get(counter, 1)
        if value > 0, do: :counters.sub(counter, 1, 1)
        %{things: value}
      end

      report = run(["1"], leak_check: watch, on_cell: fn _ -> :counters.add(counter, 1, 3) end)
      assert Report.ok?(report)
    end
  end

  describe "exercises" do
    defp exercise(stub, check, solution, continue \\ @continue) do
      text = """
      # T

      ## S

      ```elixir
      # exercise: e-1
      #{stub}
      ```

      #{continue}```elixir
      # check: e-1
      import ExUnit.Assertions
      #{check}
      ```

      <details>
      <summary>Solution</summary>

      ```elixir
      #{solution}
      ```

      </details>

      ```elixir
      :after
      ```
      """

      assert {:ok, notebook} = Parser.parse(text, "e.livemd")
      notebook
    end

    test "wait as shipped, and hold solved" do
      notebook = exercise("x = 1", "assert x == 2", "x = 2")
      shipped = Runner.run(notebook)
      assert Report.ok?(shipped)
      assert shipped.waiting == ["e-1"]
      assert shipped.assertions == 0
      assert statuses(shipped) == [:ok, :failed, :ok]
      assert Enum.map(shipped.cells, & &1.verdict) == [:held, :waiting, :held]

      solved = Runner.run(notebook, mode: :solved)
      assert Report.ok?(solved)
      assert {solved.waiting, solved.assertions, solved.assertion_cells} == {[], 1, 1}
      assert [%CellResult{cell: %{line: 22, code: "x = 2"}} | _] = solved.cells
    end

    test "may wait or pass while a learner is at it" do
      waiting = Runner.run(exercise("x = 1", "assert x == 2", "x = 2"), mode: :learner)
      assert Report.ok?(waiting)
      assert {waiting.waiting, waiting.passed} == {["e-1"], []}

      crashed = Runner.run(exercise("x = :one", "assert x + 1 == 3", "x = 2"), mode: :learner)
      assert Report.ok?(crashed)
      assert {crashed.waiting, crashed.passed} == {["e-1"], []}

      passed = Runner.run(exercise("x = 2", "assert x == 2", "x = 2"), mode: :learner)
      assert Report.ok?(passed)
      assert {passed.waiting, passed.passed} == {[], ["e-1"]}
    end

    test "must not pass as shipped" do
      report = Runner.run(exercise("x = 2", "assert x == 2", "x = 2"))
      assert [%Failure{kind: :exercise}] = report.failures
      assert message(report) == "e.livemd:13: the check of e-1 passes before it is solved"
    end

    test "must not crash as shipped" do
      report = Runner.run(exercise("x = 1", "raise \"no\"", "x = 2"))
      assert report.waiting == []
      assert message(report) =~ "e.livemd:15: the check of e-1 crashes instead of failing"
      assert message(report) =~ "(RuntimeError) no"
    end

    test "must not stop the rest as shipped" do
      report = Runner.run(exercise("x = 1", "assert x == 2", "x = 2", ""))
      assert statuses(report) == [:ok, :failed, :aborted]
      assert message(report) =~ "the check of e-1 stops the rest"
    end

    test "must pass solved" do
      report = Runner.run(exercise("x = 1", "assert x == 2", "x = 3"), mode: :solved)
      assert [%Failure{kind: :assertion, line: 15}] = report.failures
    end

    test "must have a solution that runs, with its own lines" do
      report = Runner.run(exercise("x = 1", "assert x == 2", "\nraise \"no\""), mode: :solved)
      assert [%Failure{kind: :error, line: 23}] = report.failures
    end

    test "must have a solution" do
      notebook = notebook(["# exercise: a\n1"])
      assert Report.ok?(Runner.run(notebook))
      report = Runner.run(notebook, mode: :solved)
      assert message(report) == "lessons/n.livemd:6: the exercise a has no solution"
    end
  end

  describe "a stub that is marked with a compiler's error" do
    @refused ~S|raise "no:\nerror[E0308]: mismatched types\nerror[E0308]: again"|

    defp refused(stub, check, opts) do
      text = """
      # T

      ## S

      <!-- livebook:{"continue_on_error":true} -->

      ```elixir
      # exercise: e-1 (E0308: it doesn't compile yet)
      #{stub}
      ```

      <!-- livebook:{"continue_on_error":true} -->

      ```elixir
      # check: e-1
      import ExUnit.Assertions
      #{check}
      ```

      ```elixir
      :after
      ```

      <details>
      <summary>Solution</summary>

      ```elixir
      x = 2
      ```

      </details>
      """

      assert {:ok, notebook} = Parser.parse(text, "e.livemd")
      Runner.run(notebook, opts)
    end

    test "must fail with it as shipped, then its check by an assertion, and the rest runs" do
      report = refused(@refused, ~s|assert binding() != []|, [])
      assert report.failures == []
      assert Enum.map(report.cells, & &1.verdict) == [:waiting, :waiting, :held]
      assert report.waiting == ["e-1"]

      crashed = refused(@refused, ~s|raise "no module"|, [])
      assert message(crashed) =~ "e.livemd:17: the check of e-1 crashes"
    end

    test "must not compile as shipped" do
      report = refused("1", "assert false", [])
      assert message(report) =~ "e.livemd:8: the stub of e-1 compiles, although it is marked"
    end

    test "must not fail with another error, or with more than that one" do
      for text <- ["error[E0425]: no", "error: no", "error[E0308]: a\\nerror[E0382]: b", "E0308"] do
        report = refused(~s|raise "no:\\n#{text}"|, "assert false", [])
        assert [%Failure{kind: :exercise, line: 9}] = report.failures
        assert message(report) =~ "the stub of e-1 is not refused with E0308 alone"
        assert message(report) =~ text |> String.split("\\n") |> hd()
      end
    end

    test "must have a solution without that error" do
      assert Report.ok?(refused(@refused, "assert x == 2", mode: :solved))
    end

    test "may fail in any way while a learner is at it, or pass" do
      for stub <- ["raise \"no\"", "x = 1", "x = 2"] do
        assert Report.ok?(refused(stub, "assert binding()[:x] == 2", mode: :learner))
      end
    end
  end

  describe "cells that need a package" do
    test "are skipped without it" do
      unless Code.ensure_loaded?(Kino) do
        report = run(["x = 1", "x = Kino.nothing()", "x", "alias VegaLite, as: V"])
        assert statuses(report) == [:ok, :skipped, :ok, :skipped]
        assert Enum.at(values(report), 2) == "1"

        assert Enum.map(report.skipped, &elem(&1, 1)) == [
                 "Kino is not installed",
                 "VegaLite is not installed"
               ]

        assert Report.ok?(report)
      end
    end
  end

  describe "step by step" do
    test "is the same as at once" do
      notebook = notebook([["x = 1"], ["x + 1", "raise \"no\""], ["x"]])
      runner = Runner.start(notebook)

      runner =
        Enum.reduce(Notebook.cells(notebook), runner, fn cell, runner ->
          assert {%CellResult{}, runner} = Runner.eval_cell(runner, cell)
          runner
        end)

      untimed = fn report ->
        %{report | time: 0, cells: Enum.map(report.cells, &%{&1 | time: 0})}
      end

      assert untimed.(Runner.stop(runner)) == untimed.(Runner.run(notebook))
    end

    test "may end before the notebook does" do
      notebook = notebook([["1"], ["2"]])
      {_, runner} = notebook |> Runner.start() |> Runner.eval_section(0)
      assert values(Runner.stop(runner)) == ["1"]
    end

    test "knows what is in scope at a point" do
      code = "import Bitwise\nalias A.B\nalias A.C, as: D\nlimit = 1\n_hidden = 2\nb = 3"
      notebook = notebook([code])
      runner = Runner.start(notebook)
      {_results, runner} = Runner.eval_section(runner, 0)
      {:ok, point} = Runner.point(runner)

      assert Runner.scope(point) == %{
               variables: ["b", "limit"],
               lines: ["alias A.B", "alias A.C, as: D", "import Bitwise"]
             }

      Runner.stop(runner)
      assert Runner.scope(point) == nil
    end

    test "refuses a cell of another notebook" do
      runner = Runner.start(notebook(["1"]))
      [other] = Notebook.cells(notebook(["2"]))
      assert_raise ArgumentError, fn -> Runner.eval_cell(runner, other) end
      Runner.stop(runner)
    end

    test "tells of each cell and section as it comes" do
      test = self()

      run([["1", "2"], [], ["3"]],
        on_cell: &send(test, {:cell, &1.value}),
        on_section: fn index, section, results ->
          send(test, {:section, index, section.name, length(results)})
        end
      )

      {:messages, messages} = Process.info(self(), :messages)

      assert messages == [
               {:cell, "1"},
               {:cell, "2"},
               {:section, 0, "S0", 2},
               {:section, 1, "S1", 0},
               {:cell, "3"},
               {:section, 2, "S2", 1}
             ]
    end
  end

  test "an unknown option is refused" do
    assert_raise ArgumentError, fn -> run(["1"], solve: true) end
  end

  test "assertions that held are counted" do
    report =
      run([
        "import ExUnit.Assertions\nassert true\nrefute false",
        "ExUnit.Assertions.assert_raise(RuntimeError, fn -> raise \"a\" end)",
        "1",
        @continue <> "assert true\nassert false"
      ])

    assert {report.assertions, report.assertion_cells} == {3, 2}
  end
end
