defmodule Livemd.TestJournalTest do
  # Each test runs VMs of its own.
  use ExUnit.Case, async: true

  alias Livemd.Journal

  @moduletag :tmp_dir

  # Each of them ends a VM with exit status 0, before its last test.
  @ends [
    halt: "System.halt(0)",
    stop: "System.stop(0)",
    sigterm: ~s|System.cmd("kill", ["-TERM", System.pid()])\nProcess.sleep(:infinity)|
  ]

  defp project(dir, code) do
    File.mkdir_p!(Path.join(dir, "test"))

    File.write!(Path.join(dir, "mix.exs"), """
    defmodule Scratch.MixProject do
      use Mix.Project
      # Else Mix would take livemd, which is no dependency, off the code path.
      def project, do: [app: :scratch, version: "0.1.0", prune_code_paths: false]
    end
    """)

    File.write!(Path.join(dir, "test/test_helper.exs"), """
    ExUnit.start(seed: 0)
    Livemd.TestJournal.start()
    """)

    File.write!(Path.join(dir, "test/a_test.exs"), """
    defmodule ATest do
      use ExUnit.Case

      test "passes", do: :ok

      test "ends" do
        #{code}
      end
    end
    """)

    for name <- ~w(b c) do
      File.write!(Path.join(dir, "test/#{name}_test.exs"), """
      defmodule #{String.upcase(name)}Test do
        use ExUnit.Case
        test "fails", do: assert(false)
      end
      """)
    end
  end

  # As bin/test runs it.
  defp mix_test(dir, args) do
    journal = Path.join(dir, "journal")
    libs = Path.expand("..", :code.lib_dir(:livemd))
    env = [{"LIVEMD_JOURNAL", journal}, {"ERL_LIBS", libs}, {"MIX_ENV", "test"}]

    {_text, status} =
      System.cmd("mix", ["test" | args], cd: dir, env: env, stderr_to_stdout: true)

    last = journal |> File.read!() |> String.split("\n", trim: true) |> List.last()
    {status, last, Journal.explain(journal)}
  end

  for {name, code} <- @ends do
    test "is not complete when a test ends the VM: #{name}", %{tmp_dir: dir} do
      project(dir, unquote(code))
      {_status, last, text} = mix_test(dir, [])
      assert last != "complete"

      # ExUnit may still finish the suite while `System.stop/1` is at work.
      if last != "failed", do: assert(text =~ "The run ended early")
      unless unquote(name) == :stop, do: assert(text =~ "test/a_test.exs")
    end
  end

  test "is complete only if its tests ran, and passed", %{tmp_dir: dir} do
    project(dir, ":ok")
    assert {status, "failed", nil} = mix_test(dir, [])
    assert status != 0
    assert {0, "complete", nil} = mix_test(dir, ["test/a_test.exs"])
    assert {_status, "failed", nil} = mix_test(dir, ["test/a_test.exs", "--exclude", "test"])
    assert {0, "complete", nil} = mix_test(dir, ["test/a_test.exs:6"])
  end
end
