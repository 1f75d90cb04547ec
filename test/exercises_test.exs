defmodule Roundtrip.ExercisesTest do
  use ExUnit.Case, async: true
  @moduletag :tmp_dir

  alias Livemd.{Parser, Report}
  alias Roundtrip.{Progress, WrongSolutions}

  test "each folder of wrong solutions has the name of an exercise" do
    names = Enum.flat_map(Progress.exercises(), &elem(&1, 1))
    assert WrongSolutions.exercises() -- names == []
  end

  # The answers of the exercise e-1 are right if they are even numbers greater than two.
  defp run(folder, wrong) do
    File.mkdir_p!(Path.join(folder, "e-1"))
    File.write!(Path.join(folder, "e-1/one.exs"), wrong)

    text = """
    # T

    ## S

    ```elixir
    import ExUnit.Assertions
    half = &div(&1, 2)
    ```

    ```elixir
    # exercise: e-1
    answer = 1
    ```

    <!-- livebook:{"continue_on_error":true} -->

    ```elixir
    # check: e-1
    assert half.(answer) * 2 == answer
    assert answer > 2
    ```

    ```elixir
    assert half.(4) == 2
    ```
    """

    {:ok, notebook} = Parser.parse(text, "e.livemd")
    WrongSolutions.run(notebook, [timeout: 5_000], folder)
  end

  test "a wrong solution fails the check by an assertion", %{tmp_dir: folder} do
    for wrong <- ["# one too many\nanswer = 5", "answer = 2"] do
      {report, problems} = run(folder, wrong)
      assert problems == []
      assert Report.ok?(report)
      assert {report.waiting, length(report.cells)} == {["e-1"], 4}
    end
  end

  test "one that fails otherwise, or not at all, is named with the reason", %{tmp_dir: folder} do
    for {wrong, text} <- [
          {"answer = 4", "one.exs: it passes the check"},
          {"answer = :four", "one.exs: the check does not fail by an assertion\\ne.livemd:"},
          {"\nraise \"no\"", "one.exs: it fails before its check\\n.*one.exs:2: "},
          {"answer =", "one.exs: it fails before its check"},
          {"exit(:kill)", "one.exs: it fails before its check"},
          {"# wrong (E0382): moved\nanswer = 1", "one.exs: rustc accepts it, but it says E0382"},
          {"# wrong (E0382): moved\nraise \"error\"",
           "one.exs: it is not refused with E0382 alone"}
        ] do
      {report, [problem]} = run(folder, wrong)
      assert problem =~ Regex.compile!(text, "s")
      assert Report.ok?(report)
    end
  end

  test "one that ends the notebook's process ends the run", %{tmp_dir: folder} do
    {report, [problem]} = run(folder, "Process.exit(self(), :kill)")
    assert problem =~ "one.exs: it fails before its check"
    assert length(report.cells) == 1
  end

  test "one that rustc refuses fails the check, too", %{tmp_dir: folder} do
    text = """
    # T

    ## S

    <!-- livebook:{"continue_on_error":true} -->

    ```elixir
    # exercise: e-1
    answer = 1
    ```

    <!-- livebook:{"continue_on_error":true} -->

    ```elixir
    # check: e-1
    import ExUnit.Assertions
    assert binding()[:answer] == 2
    ```
    """

    {:ok, notebook} = Parser.parse(text, "e.livemd")
    File.mkdir_p!(Path.join(folder, "e-1"))
    refused = ~S|raise "no:\nerror[E0382]: use of moved value"|
    File.write!(Path.join(folder, "e-1/a.exs"), "# wrong (E0382): moved\n" <> refused)
    assert {%{failures: []}, []} = WrongSolutions.run(notebook, [], folder)
  end
end
