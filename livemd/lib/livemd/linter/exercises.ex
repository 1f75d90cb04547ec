defmodule Livemd.Linter.Exercises do
  @moduledoc false

  alias Livemd.Notebook
  alias Livemd.{Cell, Exercises, Fence, Needs}

  @spec lint(Notebook.t()) :: [{pos_integer(), String.t()}]
  def lint(notebook) do
    cells = Notebook.cells(notebook)
    exercises = Exercises.all(notebook)
    toolchain = Needs.toolchain(cells)

    Enum.flat_map(Enum.reject([notebook.setup | cells], &is_nil/1), &marks(&1, &1 in toolchain)) ++
      duplicates(cells, :exercise) ++
      duplicates(cells, :check) ++
      Enum.flat_map(exercises, &parts/1) ++ lone_checks(cells, exercises)
  end

  @mark ~s(<!-- livebook:{"continue_on_error":true} -->)

  defp marks(%Cell{kind: {:check, name}, continue_on_error: false, line: line}, _toolchain?) do
    [{line, "the check of #{name} stops the rest of the lesson: put `#{@mark}` before it"}]
  end

  defp marks(%Cell{kind: {:check, _}}, _toolchain?), do: []

  defp marks(%Cell{continue_on_error: false, line: line}, true) do
    [
      {line,
       "without a toolchain this cell stops the rest of the lesson: put `#{@mark}` before it"}
    ]
  end

  defp marks(%Cell{continue_on_error: true, line: line}, false) do
    [{line, "continue_on_error on a cell that is no check: it would hide a failure"}]
  end

  defp marks(_cell, _toolchain?), do: []

  defp duplicates(cells, kind) do
    marked = for %Cell{kind: {^kind, name}, line: line} <- cells, do: {name, line}

    for {name, line} <- marked -- Enum.uniq_by(marked, &elem(&1, 0)) do
      {line, "a second #{kind} of the name #{name}"}
    end
  end

  defp parts(%Exercises{check: nil} = exercise) do
    [{exercise.stub.line, "the exercise #{exercise.name} has no check after it in its section"}]
  end

  defp parts(exercise) do
    for {part, nil} <- [{"Hint", exercise.hint}, {"Solution", exercise.solution}] do
      message = "the exercise #{exercise.name} has no details `#{part}` after its check"
      {exercise.check.line, message}
    end ++ solution(exercise)
  end

  defp solution(%Exercises{solution: nil}), do: []

  defp solution(exercise) do
    case for(%Fence{info: "elixir"} = fence <- exercise.solution.blocks, do: fence) do
      [fence] ->
        syntax(fence, exercise)

      fences ->
        message = "holds #{length(fences)} `elixir` fences instead of one"
        [{exercise.solution.line, "the solution of #{exercise.name} #{message}"}]
    end
  end

  defp syntax(fence, exercise) do
    case Code.string_to_quoted(fence.code) do
      {:ok, _} -> []
      {:error, _} -> [{fence.line, "the solution of #{exercise.name} does not parse"}]
    end
  end

  defp lone_checks(cells, exercises) do
    paired = for %{check: %Cell{} = check} <- exercises, do: check

    for %Cell{kind: {:check, name}, line: line} = cell <- cells, cell not in paired do
      {line, "the check of #{name} has no exercise before it in its section"}
    end
  end
end
