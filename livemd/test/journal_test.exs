defmodule Livemd.JournalTest do
  # Each test runs VMs of its own.
  use ExUnit.Case, async: true

  alias Livemd.Journal

  @moduletag :tmp_dir

  # Each of them ends a VM with exit status 0, before its last cell.
  @ends [
    halt: "System.halt(0)",
    stop: "System.stop(0)",
    sigterm: ~s|System.cmd("kill", ["-TERM", System.pid()])\nProcess.sleep(:infinity)|
  ]

  defp notebook(dir, name, code) do
    path = Path.join(dir, name)

    File.write!(path, """
    # #{name}

    ## First

    ```elixir
    import ExUnit.Assertions
    assert 1 + 1 == 2
    ```

    ## Second

    ```elixir
    #{code}
    ```

    ## Third

    ```elixir
    assert false
    ```
    """)

    path
  end

  defp mix(args, options \\ []) do
    env = Keyword.get(options, :env, []) ++ [{"MIX_ENV", "test"}, {"LIVEMD_JOURNAL", nil}]
    System.cmd("mix", args, [stderr_to_stdout: true] ++ Keyword.put(options, :env, env))
  end

  describe "mix livemd" do
    for {name, code} <- @ends do
      test "fails when a cell ends the VM: #{name}", %{tmp_dir: dir} do
        path = notebook(dir, "a.livemd", unquote(code))
        other = notebook(dir, "b.livemd", "1")
        {text, status} = mix(["livemd", path, other])
        assert status != 0
        assert text =~ "The run ended early.\nLast seen running:\n  #{path}:13 Second\n"
        assert text =~ "Not seen to start:\n  #{path}:"
        for entry <- ["6 First", "13 Second"], do: assert(text =~ "  #{other}:#{entry}\n")
      end
    end

    test "fails when a cell kills the processes around it", %{tmp_dir: dir} do
      code = "for pid <- Process.list(), pid != self(), do: Process.exit(pid, :kill)"
      path = notebook(dir, "a.livemd", code)
      {text, status} = mix(["livemd", path])
      assert status != 0

      assert text =~
               "Last seen running:\n  #{path}:13 Second\nNot seen to start:\n  #{path}:19 Third\n"
    end

    test "is quiet about a run that came to its end", %{tmp_dir: dir} do
      path = notebook(dir, "a.livemd", ~s|IO.puts("é")|)
      {text, 1} = mix(["livemd", path])
      assert text =~ "#{path}:19: "
      refute text =~ "The run ended early"
      File.write!(path, path |> File.read!() |> String.replace("assert false", "assert true"))
      assert {text, 0} = mix(["livemd", path])
      assert text =~ "2 assertion cells, 2 assertions\n"
    end
  end

  test "a VM that is started during a run does not write into its journal", %{tmp_dir: dir} do
    journal = Path.join(dir, "journal")

    code = """
    Livemd.Journal.record(fn ->
      Livemd.Journal.during("a:1 outer", fn ->
        args = ["-e", "IO.write(inspect(System.get_env(\\"LIVEMD_JOURNAL\\")))"]
        {"nil", 0} = System.cmd("elixir", args)
        File.cd!("/")
        0
      end)
    end)
    """

    ebin = Journal |> :code.which() |> Path.dirname()
    env = [{"LIVEMD_JOURNAL", Path.relative_to_cwd(journal)}]
    assert {"", 0} = System.cmd("elixir", ["-pa", ebin, "-e", code], env: env)
    assert File.read!(journal) == "started a:1 outer\nfinished a:1 outer\ncomplete\n"
  end
end
