defmodule Mix.Tasks.LivemdTest do
  # Standard error is one for the whole VM.
  use ExUnit.Case, async: false
  @moduletag :tmp_dir

  import ExUnit.CaptureIO

  @good """
  # Good

  ## First

  ```elixir
  import ExUnit.Assertions
  x = 1
  assert x == 1
  ```

  ## Exercise

  ```elixir
  # exercise: a
  y = 1
  ```

  <!-- livebook:{"continue_on_error":true} -->

  ```elixir
  # check: a
  assert y == 2
  ```

  <details>
  <summary>Hint</summary>

  Two.

  </details>

  <details>
  <summary>Solution</summary>

  ```elixir
  y = 2
  ```

  </details>
  """

  defp write(dir, name, text) do
    path = Path.join(dir, name)
    File.write!(path, text)
    path
  end

  # The result, and all that was printed.
  defp run(args) do
    owner = self()

    errors =
      capture_io(:stderr, fn ->
        printed = capture_io(fn -> send(owner, {:status, Mix.Tasks.Livemd.check(args)}) end)
        send(owner, {:printed, printed})
      end)

    assert_received {:status, status}
    assert_received {:printed, printed}

    {if(status == 0, do: :ok, else: {:shutdown, status}),
     String.replace(printed <> errors, ~r/\e\[\d*m/, "")}
  end

  test "prints a line a section and a summary", %{tmp_dir: dir} do
    assert {:ok, text} = run([write(dir, "good.livemd", @good)])
    assert text =~ "good.livemd: Good\n"
    assert text =~ ~r/^  ✓ First +1 assertion, (<1|\d+) ms$/m
    assert text =~ ~r/^  … Exercise +waiting: a, (<1|\d+) ms$/m
    assert text =~ "Held     1 assertion cell, 1 assertion\n"
    assert text =~ "Waiting  1 exercise: a\n"
  end

  test "solves", %{tmp_dir: dir} do
    assert {:ok, text} = run(["--solved", write(dir, "good.livemd", @good)])
    assert text =~ "Held     2 assertion cells, 2 assertions\n"
    assert text =~ ~r/^  ✓ Exercise/m
  end

  test "takes the notebooks of a directory", %{tmp_dir: dir} do
    write(dir, "a.livemd", @good)
    write(dir, "b.livemd", String.replace(@good, "# Good", "# Better"))
    assert {:ok, text} = run([dir])
    assert text =~ "a.livemd: Good"
    assert text =~ "b.livemd: Better"
  end

  test "ends with 1 and file and line where an assertion fails", %{tmp_dir: dir} do
    path = write(dir, "bad.livemd", String.replace(@good, "assert x == 1", "assert x == 2"))
    assert {{:shutdown, 1}, text} = run([path])
    assert text =~ "#{path}:8: Assertion with == failed"
    assert text =~ "left:  1"
    assert text =~ ~r/^  ✗ First +failed/m
    assert text =~ ~r/^  - Exercise +2 cells not run/m
    assert text =~ "1 of 1 notebook failed"
  end

  test "ends with 1 where a solution does not solve", %{tmp_dir: dir} do
    path = write(dir, "bad.livemd", String.replace(@good, "y = 2\n", "y = 3\n"))
    assert {:ok, _} = run([path])
    assert {{:shutdown, 1}, text} = run(["--solved", path])
    assert text =~ "#{path}:22: Assertion with == failed"
    assert text =~ ~r/^  ✗ Exercise +failed/m
  end

  test "ends with 1 where the linter or the parser finds something", %{tmp_dir: dir} do
    linted = write(dir, "linted.livemd", @good <> "\n[it](none.livemd)\n")
    assert {{:shutdown, 1}, text} = run([linted])
    assert text =~ "#{linted}:41: the link none.livemd leads to no file"
    assert text =~ "Held     1 assertion cell"

    unread = write(dir, "unread.livemd", "# T\n\n##A\n")
    good = write(dir, "good.livemd", @good)
    assert {{:shutdown, 1}, text} = run([unread, good])
    assert text =~ "#{unread}:3: a heading"
    assert text =~ "good.livemd: Good"
    assert text =~ "1 of 2 notebooks failed"
  end

  test "only lints", %{tmp_dir: dir} do
    path = write(dir, "bad.livemd", String.replace(@good, "assert x == 1", "raise \"no\""))
    assert {:ok, text} = run(["--lint", path])
    assert text == ""
    assert {{:shutdown, 1}, text} = run(["--lint", "--assertions", path])
    assert text =~ ~s(#{path}:3: the section "First" has cells and no assertion)
  end

  test "compares the setups with that of the index, or else of the first", %{tmp_dir: dir} do
    with_setup = fn packages ->
      setup = "```elixir\nMix.install(#{packages})\n```\n\n## First"
      String.replace(@good, "## First", setup)
    end

    a = write(dir, "a.livemd", with_setup.("[:a]"))
    b = write(dir, "b.livemd", with_setup.("[:b]"))
    assert {:ok, ""} = run(["--lint", a])
    assert {{:shutdown, 1}, text} = run(["--lint", a, b])
    assert text =~ "#{b}:4: the setup differs here from #{a}:4\n1 of 2 notebooks failed"

    index = write(dir, "index.livemd", with_setup.("[:b]"))
    assert {{:shutdown, 1}, text} = run(["--lint", dir])
    assert text =~ "#{a}:4: the setup differs here from #{index}:4\n1 of 3 notebooks failed"

    assert {{:shutdown, 1}, text} = run(["--lint", a])
    assert text =~ "#{a}:4: the setup differs here from #{index}:4\n1 of 1 notebook failed"
  end

  if function_exported?(Code, :with_diagnostics, 1) do
    test "shows the compiler's warnings", %{tmp_dir: dir} do
      path =
        write(dir, "warns.livemd", String.replace(@good, "x = 1\n", "x = 1\nfn y -> 1 end\n"))

      assert {:ok, text} = run([path])
      assert text =~ ~r/^    .*warns.livemd:8: warning: variable "y" is unused/m
    end
  end

  test "limits the time of a cell", %{tmp_dir: dir} do
    cell = "receive do :never -> 1 end"
    path = write(dir, "slow.livemd", String.replace(@good, "assert x == 1", cell))
    assert {{:shutdown, 1}, text} = run(["--timeout", "1", path])
    assert text =~ "took longer than 1.0 s"
  end

  test "explains itself" do
    assert {:ok, text} = run(["--help"])
    assert text =~ "mix livemd [OPTIONS] PATH..."
  end

  test "refuses what it does not know", %{tmp_dir: dir} do
    for {args, message} <- [
          {[], "no path given"},
          {["--nope", "a"], "--nope: unknown option"},
          {["--timeout", "soon", "a"], "--timeout: unknown option, or invalid value"},
          {["--timeout", "0", "a"], "at least 1"},
          {["no/such.livemd"], "no/such.livemd: no such file or directory"},
          {[dir], "no .livemd file in this directory"}
        ] do
      error = assert_raise Mix.Error, fn -> Mix.Tasks.Livemd.check(args) end
      assert error.message =~ message
    end
  end
end
