defmodule Livemd.ContainmentTest do
  # What a cell does to the engine is a failure of that cell, with its line, and the next notebook
  # runs as if nothing had happened. What ends the VM is in journal_test.exs.
  # Its cells stop applications and change the working directory, which the whole VM shares.
  use ExUnit.Case, async: false

  alias Livemd.{Failure, Parser, Report, Runner}

  @continue ~s(<!-- livebook:{"continue_on_error":true} -->\n\n)

  # The first cell's code begins in line 8.
  defp notebook(cells) do
    fences = Enum.map_join(cells, "\n", &"#{@continue}```elixir\n#{&1}\n```\n")
    {:ok, notebook} = Parser.parse("# T\n\n## S\n\n" <> fences, "n.livemd")
    notebook
  end

  defp run(cells), do: cells |> notebook() |> Runner.run()

  defp failures(report), do: Enum.map(report.failures, &Failure.format(&1, report.notebook))
  defp values(report), do: Enum.map(report.cells, & &1.value)

  defp assert_unharmed do
    report = run(["x = 1\nIO.puts(x)", "defmodule ContainmentTest do\nend\nx"])
    assert failures(report) == []
    assert [%{output: "1\n"}, _] = report.cells
    refute_received _
  end

  describe "an IO request" do
    test "that is malformed is refused, and the cell's output is kept" do
      ask = """
      ask = fn request ->
        send(Process.group_leader(), {:io_request, self(), :ref, request})
        receive do: ({:io_reply, :ref, reply} -> reply)
      end
      """

      requests = [
        "nil",
        "{}",
        "{:requests, :no_list}",
        "{:requests, [:getopts | :improper]}",
        "{:put_chars, :unicode, %{}}",
        "{:put_chars, :no_encoding, \"a\"}",
        "{:put_chars, :unicode, :erlang, :exit, [:oops]}",
        "{:put_chars, :unicode, :io_lib, :format, [:no_format]}",
        "{:put_chars, :unicode, :timer, :sleep, [:infinity]}"
      ]

      for request <- requests do
        report = run([ask <> "reply = ask.(#{request})\nIO.puts(\"kept\")\nreply"])
        assert values(report) == ["{:error, :request}"], request
        assert [%{output: "kept\n"}] = report.cells
      end

      assert_unharmed()
    end

    test "from nobody is ignored" do
      for from <- [":nobody_of_this_name", "5", "nil"] do
        code =
          "send(Process.group_leader(), {:io_request, #{from}, 1, :getopts})\nIO.puts(\"kept\")"

        assert [%{output: "kept\n", status: :ok}] = run([code]).cells
      end

      assert [%{output: "kept\n"}] =
               run(["send(Process.group_leader(), {:io_request, 1})\nIO.puts(\"kept\")"]).cells
    end
  end

  test "a cell that erases the process dictionary fails, and the next one has what was there" do
    report =
      run([
        "Process.put(:kept, 1)",
        "x = 1\n:erlang.erase()\nIO.puts(\"printed\")",
        "defmodule ContainmentErased do\nend\n{Process.get(:kept), Process.get_keys() -- [:kept] != []}"
      ])

    assert [text] = failures(report)
    assert text =~ ~r/^n.livemd:1[678]: .*has erased the process dictionary/
    assert [_, %{output: "printed\n"}, %{value: "{1, true}"}] = report.cells
    refute Code.ensure_loaded?(ContainmentErased)
    assert_unharmed()
  end

  test "a cell that replaces its group leader does so for itself" do
    report =
      run(["Process.group_leader(self(), Process.whereis(:user))\n:ok", "IO.puts(\"kept\")"])

    assert failures(report) == []
    assert [_, %{output: "kept\n"}] = report.cells
  end

  describe "a cell that kills the process that runs the notebook" do
    # All that it finds around itself, except for Elixir's own servers.
    for {name, found} <- [
          monitored_by: "self() |> Process.info(:monitored_by) |> elem(1)",
          links: "self() |> Process.info(:links) |> elem(1)",
          parent: "[self() |> Process.info(:parent) |> elem(1)]",
          ancestors: "Process.get(:\"$ancestors\", [])",
          group_leader: "[Process.group_leader()]"
        ] do
      test "kills itself: #{name}" do
        if unquote(name) != :parent or :erlang.system_info(:otp_release) >= ~c"25" do
          kill =
            "for pid <- #{unquote(found)}, is_pid(pid), pid not in named, do: Process.exit(pid, :kill)"

          report =
            run([
              "defmodule ContainmentKilled do\nend",
              "named = Enum.map(Process.registered(), &Process.whereis/1)\n#{kill}",
              "2"
            ])

          for text <- failures(report) do
            assert text =~ ~r/^n.livemd:1[67]: the notebook's process died: killed/
            assert [%{status: :ok}, %{status: {:failed, _}}, %{status: :aborted}] = report.cells
          end

          if unquote(name) in [:monitored_by, :parent, :group_leader],
            do: assert(length(report.failures) == 1),
            else: assert(Report.ok?(report))

          assert_unharmed()
        end
      end
    end

    test "leaves none of its processes behind" do
      test = self()
      Process.register(test, :containment_test)

      report =
        run([
          "pid = spawn(fn -> Process.sleep(:infinity) end)\nsend(:containment_test, {:spawned, pid})",
          "Process.exit(Process.group_leader(), :kill)"
        ])

      assert [_] = report.failures
      assert_received {:spawned, pid}
      refute Process.alive?(pid)
    end
  end

  # These are of the whole VM, and so need one of their own.
  defp in_another_vm(code) do
    code = "alias Livemd.{Failure, Parser, Report, Runner}\n" <> code
    ebin = Runner |> :code.which() |> Path.dirname()
    {text, 0} = System.cmd("elixir", ["-pa", ebin, "-e", code], stderr_to_stdout: true)
    text
  end

  test "the engine's modules cannot be defined again" do
    codes = [
      "defmodule Livemd.Runner do\nend",
      "defmodule Livemd do\n  defmodule Runner do\n  end\nend",
      "Code.eval_string(\"defmodule Livemd.Runner do\\nend\")\nraise \"still here\""
    ]

    text =
      in_another_vm("""
      for notebook <- #{inspect(Enum.map(codes, &notebook([&1])), limit: :infinity)},
          failure <- Runner.run(notebook).failures,
          do: IO.puts(Failure.format(failure, notebook))
      """)

    refused = "module Livemd.Runner is already defined: it is part of what runs this notebook"
    assert [_, _] = Regex.scan(~r/^n.livemd:[89]: .*#{refused}$/m, text)
    assert text =~ "n.livemd:9: ** (RuntimeError) still here"
  end

  test "an application that a cell has stopped is started again" do
    cells = ["1", "x = 2\nApplication.stop(:elixir)\nx", "Code.eval_string(\"1 + 1\")"]

    text =
      in_another_vm("""
      notebook = #{inspect(notebook(cells), limit: :infinity, printable_limit: :infinity)}
      report = Runner.run(notebook)
      for failure <- report.failures, do: IO.puts(Failure.format(failure, notebook))
      IO.puts(List.last(report.cells).value)
      defmodule After do
      end
      """)

    assert text =~
             ~r/^n.livemd:1[678]: stopped :elixir, which the VM needs: it was started again$/m

    assert text =~ ~r/^{2, \[\]}$/m
  end

  @tag :tmp_dir
  test "a directory that a cell has changed to is that of its notebook only", %{tmp_dir: dir} do
    cells = [
      "File.cd!(#{inspect(dir)})",
      "File.cwd!()",
      "File.cd!(\"/\")\nraise \"no\"",
      "File.cwd!()",
      "File.mkdir!(\"gone\")\nFile.cd!(\"gone\")\nFile.rmdir!(Path.join(#{inspect(dir)}, \"gone\"))",
      "1 + 1"
    ]

    text =
      in_another_vm("""
      File.cd!("/tmp")
      notebook = #{inspect(notebook(cells), limit: :infinity, printable_limit: :infinity)}

      report =
        Runner.run(notebook, on_cell: fn _ -> IO.puts("between: " <> File.cwd!()) end)

      for failure <- report.failures, do: IO.puts(Failure.format(failure, notebook))
      IO.inspect(Enum.map(report.cells, & &1.value), width: :infinity)
      IO.puts("after: " <> File.cwd!())
      """)

    assert text |> String.split("between: /tmp\n") |> length() == length(cells) + 1
    assert text =~ "n.livemd:21: ** (RuntimeError) no\n"
    assert text =~ inspect([":ok", inspect(dir), nil, inspect(dir), ":ok", "2"])
    assert text =~ "after: /tmp\n"
  end
end
