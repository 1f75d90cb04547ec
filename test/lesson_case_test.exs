defmodule Roundtrip.LessonCaseTest do
  use ExUnit.Case, async: true

  alias Livemd.Parser
  alias Roundtrip.LessonCase

  defp notebook(code) do
    {:ok, notebook} = Parser.parse("# T\n\n## S\n\n```elixir\n#{code}\n```\n", "a.livemd")
    notebook
  end

  defp changeable(code),
    do: for(problem <- LessonCase.changeable(notebook(code)), do: to_string(problem))

  test "a cell to change compiles Rust and ends in a call" do
    module = "defmodule A do\n  use Roundtrip.Rust, source: \"\"\nend"
    cell = "# Change it: double the number\n#{module}\n\nA.a()"
    assert changeable(cell) == []
    assert length(LessonCase.cells_to_change(notebook(cell))) == 1

    assert ["a.livemd:6: a cell to change ends in a call" <> _] =
             changeable("# Change it: x\n" <> module)

    assert ["a.livemd:6: a cell to change compiles its Rust" <> _] =
             changeable("# Change it: x\n1")

    for mark <- ["# change it: x", "#Change it: x", "1\n# Change it: x", "# Change it:"] do
      assert ["a.livemd:6: a cell to change begins with" <> _] = changeable(mark)
    end

    assert changeable("# Change its name\n1") == []
    assert LessonCase.cells_to_change(notebook("1")) == []
  end
end
