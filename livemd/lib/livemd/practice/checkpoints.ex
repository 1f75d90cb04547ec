defmodule Livemd.Practice.Checkpoints do
  @moduledoc false
  # Evaluates a notebook's plain cells once, as far as needed, and keeps the runner's state before each
  # exercise as the start for attempts.

  alias Livemd.{Cell, Exercise, Notebook, Runner}

  @enforce_keys [:notebook, :options, :runner, :rest]
  defstruct [:notebook, :options, :runner, :rest, points: %{}, failed: nil]

  def new(notebook, options) do
    not_plain =
      for %{check: %Cell{}} = exercise <- Exercise.all(notebook), do: Exercise.rest(exercise)

    %__MODULE__{
      notebook: notebook,
      options: options,
      runner: Runner.start(notebook, options),
      rest: Notebook.cells(notebook) -- Enum.concat(not_plain)
    }
  end

  def stop(checkpoints) do
    Runner.stop(checkpoints.runner)
    :ok
  end

  @doc """
  Runs the cells before the exercise that haven't run yet, or all of them if the reader's code has
  ended the process that holds their state. First calls `tell` with the number of cells, or `:lost`.
  """
  def prepare(%{points: points} = checkpoints, exercise, tell) do
    cond do
      not Enum.all?(Map.values(points), &Runner.alive?/1) ->
        tell.(:lost)
        stop(checkpoints)
        checkpoints.notebook |> new(checkpoints.options) |> advance(exercise)

      is_map_key(points, exercise.name) ->
        {:ok, checkpoints}

      true ->
        ahead = Enum.take_while(checkpoints.rest, &(&1 != exercise.stub))
        tell.(Enum.count(ahead, &(not match?(%Cell{kind: {:exercise, _}}, &1))))
        advance(checkpoints, exercise)
    end
  end

  @doc "Evaluates cells in place of an exercise that was prepared."
  def attempt(checkpoints, exercise, cells, options) do
    point = Map.fetch!(checkpoints.points, exercise.name)
    Runner.attempt(checkpoints.runner, point, cells, options)
  end

  defp advance(%{points: points, rest: rest} = checkpoints, %{name: name} = exercise) do
    case rest do
      _ when is_map_key(points, name) -> {:ok, checkpoints}
      [] -> {:failed, checkpoints.failed, checkpoints}
      [cell | rest] -> step(%{checkpoints | rest: rest}, cell) |> advance(exercise)
    end
  end

  defp step(checkpoints, %Cell{kind: {:exercise, name}}) do
    case Runner.point(checkpoints.runner) do
      {:ok, point} -> put_in(checkpoints.points[name], point)
      :aborted -> checkpoints
    end
  end

  defp step(checkpoints, cell) do
    {result, runner} = Runner.eval_cell(checkpoints.runner, cell)
    failed = if result.verdict == :failed, do: result, else: checkpoints.failed
    %{checkpoints | runner: runner, failed: failed}
  end
end
