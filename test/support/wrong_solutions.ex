defmodule Roundtrip.WrongSolutions do
  @moduledoc """
  Proves that the checks of a notebook find typical mistakes.

  A wrong solution is a file `test/exercises/EXERCISE/MISTAKE.exs` with the code of the stub's cell, as
  somebody who makes this mistake would write it. It runs in place of the stub, and then the check must
  fail by an assertion.

  The code must compile and run without an error, unless it begins with a comment such as
  `# wrong (E0382): the name is used after it was moved`: then rustc must refuse it with this error.
  """

  alias Livemd.{Cell, CellResult, Exercise, Failure, Notebook, Report, Runner}

  @folder "test/exercises"
  @refused ~r/\A# wrong \((E\d{4}|error)\): \S/

  @doc "Returns the paths of an exercise's wrong solutions."
  @spec paths(String.t(), Path.t()) :: [Path.t()]
  def paths(exercise, folder \\ @folder),
    do: Path.wildcard(Path.join([folder, exercise, "*.exs"]))

  @doc "Returns the names of all exercises that have a folder of wrong solutions."
  @spec exercises() :: [String.t()]
  def exercises, do: for(path <- Path.wildcard("#{@folder}/*"), do: Path.basename(path))

  @doc """
  Runs a notebook like `Livemd.Runner.run/2`, and before each stub its wrong solutions, each from the same
  state. Returns the report of the notebook, and a text for each wrong solution that proves nothing.
  """
  @spec run(Notebook.t(), [Runner.option()], Path.t()) :: {Report.t(), [String.t()]}
  def run(notebook, opts, folder \\ @folder) do
    wrong =
      for %{check: %Cell{}} = exercise <- Exercise.all(notebook),
          into: %{},
          do: {exercise.stub, {exercise, paths(exercise.name, folder)}}

    {runner, problems} =
      notebook
      |> Notebook.cells()
      |> Enum.reduce_while({Runner.start(notebook, opts), []}, fn cell, {runner, problems} ->
        {found, alive?} = attempts(runner, wrong[cell])
        # A wrong solution that has ended the notebook's process ends the run, too.
        runner = if alive?, do: runner |> Runner.eval_cell(cell) |> elem(1), else: runner
        {if(alive?, do: :cont, else: :halt), {runner, problems ++ found}}
      end)

    {Runner.stop(runner), problems}
  end

  defp attempts(_runner, nil), do: {[], true}

  defp attempts(runner, {exercise, paths}) do
    case Runner.point(runner) do
      :aborted -> {[], true}
      {:ok, point} -> attempts(runner, point, exercise, paths)
    end
  end

  defp attempts(runner, point, exercise, paths) do
    Enum.reduce_while(paths, {[], true}, fn path, {problems, true} ->
      found = problems ++ attempt(runner, point, exercise, path)
      if Runner.alive?(point), do: {:cont, {found, true}}, else: {:halt, {found, false}}
    end)
  end

  defp attempt(runner, point, exercise, path) do
    code = File.read!(path)
    wrong = %{exercise.stub | code: code, line: 1, path: path, expected_error: nil}
    results = Runner.attempt(runner, point, [wrong | Exercise.rest(exercise)])

    error = with [_, error] <- Regex.run(@refused, code), do: error

    for text <- [start(hd(results), error) || check(List.last(results))],
        is_binary(text),
        do: "#{path}: #{text}" <> reason(results, runner.notebook)
  end

  # Returns what is wrong with a wrong solution, or `nil`.
  defp start(%CellResult{status: {:skipped, _reason}}, _error), do: nil
  defp start(%CellResult{status: :ok}, nil), do: nil
  defp start(%CellResult{status: :ok}, error), do: "rustc accepts it, but it says #{error}"
  defp start(%CellResult{}, nil), do: "it fails before its check"

  defp start(%CellResult{status: {:failed, failure}}, error) do
    unless Failure.compiler_errors(failure) == [error],
      do: "it is not refused with #{error} alone"
  end

  defp check(%CellResult{status: {:failed, %{kind: :assertion}}}), do: nil
  defp check(%CellResult{status: {:skipped, _reason}}), do: nil
  defp check(%CellResult{status: :ok}), do: "it passes the check"
  defp check(%CellResult{}), do: "the check does not fail by an assertion"

  defp reason(results, notebook) do
    for(%{status: {:failed, failure}} <- results, do: "\n" <> Failure.format(failure, notebook))
    |> Enum.join()
  end
end
