defmodule Livemd.Practice.Lesson do
  @moduledoc false
  # What the exercises of a notebook build upon: its plain cells, evaluated once, as far as needed.

  alias Livemd.Notebook
  alias Livemd.{Cell, CellResult, Runner}
  alias Livemd.Practice.Exercise

  @enforce_keys [:notebook, :runner, :options, :rest, :own]
  defstruct [:notebook, :runner, :options, :rest, :own, points: %{}, failed: nil]

  @type t :: %__MODULE__{
          notebook: Notebook.t(),
          runner: Runner.t(),
          options: [Runner.option()],
          rest: [Cell.t()],
          own: [Cell.t()],
          points: %{String.t() => Runner.point()},
          failed: CellResult.t() | nil
        }

  @spec new(Notebook.t(), [Runner.option()]) :: t()
  def new(notebook, options) do
    %__MODULE__{
      notebook: notebook,
      runner: Runner.start(notebook, options),
      options: options,
      rest: Notebook.cells(notebook),
      own: Enum.flat_map(Exercise.all(notebook), &[&1.stub | &1.cells])
    }
  end

  @spec stop(t()) :: :ok
  def stop(lesson) do
    Runner.stop(lesson.runner)
    :ok
  end

  @doc """
  Whether the exercise can be checked, or how many cells have to run before. It is `:lost` when a
  reader's code has taken their process with it.
  """
  @spec state(t(), Exercise.t()) :: :ready | :lost | {:ahead, non_neg_integer()}
  def state(lesson, exercise) do
    cond do
      Enum.any?(lesson.points, fn {_name, point} -> not Runner.alive?(point) end) -> :lost
      lesson.points[exercise.name] -> :ready
      true -> {:ahead, lesson.rest |> Enum.take_while(&(&1 != exercise.stub)) |> plain(lesson)}
    end
  end

  defp plain(cells, lesson), do: Enum.count(cells, &(&1 not in lesson.own))

  @doc "Runs what stands before the exercise and has not run yet, or is lost."
  @spec prepare(t(), Exercise.t()) :: {:ok, t()} | {:failed, CellResult.t(), t()}
  def prepare(lesson, exercise) do
    case state(lesson, exercise) do
      :ready -> {:ok, lesson}
      :lost -> lesson |> again() |> walk(exercise)
      {:ahead, _cells} -> walk(lesson, exercise)
    end
  end

  @doc "Evaluates the cells in the exercise's place. It must be prepared."
  @spec attempt(t(), Exercise.t(), [Cell.t()], [Runner.attempt_option()]) :: [CellResult.t()]
  def attempt(lesson, exercise, cells, options) do
    Runner.attempt(lesson.runner, Map.fetch!(lesson.points, exercise.name), cells, options)
  end

  defp again(lesson) do
    stop(lesson)
    new(lesson.notebook, lesson.options)
  end

  defp walk(%{rest: [stub | rest]} = lesson, %{stub: stub} = exercise) do
    case Runner.point(lesson.runner, stub) do
      {:ok, point, runner} ->
        points = Map.put(lesson.points, exercise.name, point)
        {:ok, %{lesson | runner: runner, rest: rest, points: points}}

      :aborted ->
        {:failed, lesson.failed, lesson}
    end
  end

  defp walk(%{rest: [cell | rest]} = lesson, exercise) do
    walk(step(%{lesson | rest: rest}, cell), exercise)
  end

  # An earlier walk has passed it by, since it builds upon a cell that failed.
  defp walk(%{rest: []} = lesson, _exercise), do: {:failed, lesson.failed, lesson}

  defp step(lesson, %Cell{kind: {:exercise, name}} = cell) do
    case Runner.point(lesson.runner, cell) do
      {:ok, point, runner} ->
        %{lesson | runner: runner, points: Map.put(lesson.points, name, point)}

      :aborted ->
        lesson
    end
  end

  defp step(lesson, cell) do
    if cell in lesson.own do
      lesson
    else
      {result, runner} = Runner.eval_cell(lesson.runner, cell)
      failed = if match?({:failed, _}, result.status), do: result, else: lesson.failed
      %{lesson | runner: runner, failed: failed}
    end
  end
end
