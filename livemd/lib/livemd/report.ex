defmodule Livemd.Report do
  @moduledoc """
  What came of running a notebook once, as shipped or solved.

    * `cells` - one `Livemd.CellResult` a cell, in the order of the file;
    * `failures` - everything that should not be: print them with
      `Livemd.Failure.format/3`;
    * `waiting` - the exercises whose check failed by an assertion, as it should in a notebook as
      shipped: they are no failures;
    * `passed` - the exercises whose check held: failures in a notebook as shipped, and what a
      learner is after;
    * `skipped` - the cells that did not run here, each with the reason;
    * `assertions` - how many assertions held, in `assertion_cells` cells;
    * `time` - microseconds, the sum over all cells.
  """

  alias Livemd.Notebook
  alias Livemd.{Cell, CellResult, Exercises, Failure}

  @typedoc """
  How a notebook is run: as shipped (`false`), where a check has to fail; with every exercise solved
  as shown (`true`), where it has to pass; or by a learner (`:perhaps`), where it may do either.
  """
  @type solved :: boolean() | :perhaps

  @enforce_keys [:notebook]
  defstruct [
    :notebook,
    solved: false,
    cells: [],
    failures: [],
    waiting: [],
    passed: [],
    skipped: [],
    assertions: 0,
    assertion_cells: 0,
    time: 0
  ]

  @type t :: %__MODULE__{
          notebook: Notebook.t(),
          solved: solved(),
          cells: [CellResult.t()],
          failures: [Failure.t()],
          waiting: [String.t()],
          passed: [String.t()],
          skipped: [{Cell.t(), String.t()}],
          assertions: non_neg_integer(),
          assertion_cells: non_neg_integer(),
          time: non_neg_integer()
        }

  @doc false
  @spec new(Notebook.t(), [CellResult.t()], boolean(), [Failure.t()]) :: t()
  def new(notebook, cells, solved, failures) do
    %__MODULE__{
      notebook: notebook,
      solved: solved,
      cells: cells,
      failures:
        Enum.flat_map(cells, &failure(&1, solved)) ++ unsolved(notebook, solved) ++ failures,
      waiting:
        for(%{cell: %{kind: {:check, name}}} = cell <- cells, waits?(cell, solved), do: name),
      passed: for(%{cell: %{kind: {:check, name}}, status: :ok} <- cells, do: name),
      skipped: for(%{status: {:skipped, reason}} = cell <- cells, do: {cell.cell, reason}),
      assertions: cells |> Enum.map(& &1.assertions) |> Enum.sum(),
      assertion_cells: Enum.count(cells, &(&1.assertions > 0)),
      time: cells |> Enum.map(& &1.time) |> Enum.sum()
    }
  end

  @doc "Whether everything held."
  @spec ok?(t()) :: boolean()
  def ok?(%__MODULE__{failures: failures}), do: failures == []

  @typedoc "What a cell's result means: see `verdict/2`."
  @type verdict :: :held | :waiting | :failed | :skipped | :aborted

  @doc """
  What a result means in a notebook that is run so. A check that fails by an assertion is
  `:waiting` as shipped and `:failed` solved; one that passes the reverse. For a learner the one is
  `:waiting` and the other `:held`.
  """
  @spec verdict(CellResult.t(), solved()) :: verdict()
  def verdict(%CellResult{} = result, solved) do
    cond do
      failure(result, solved) != [] -> :failed
      waits?(result, solved) -> :waiting
      result.status == :ok -> :held
      result.status == :aborted -> :aborted
      true -> :skipped
    end
  end

  defp waits?(_result, true), do: false

  # A learner's attempt may well crash: it waits all the same.
  defp waits?(%{cell: %{kind: {:check, _}} = cell, status: {:failed, _}}, :perhaps) do
    cell.continue_on_error
  end

  defp waits?(%{cell: cell, status: {:failed, %Failure{kind: :assertion}}}, _shipped) do
    cell.continue_on_error
  end

  defp waits?(_result, _shipped), do: false

  # Unsolved, a check has to fail by an assertion and without stopping the rest.
  defp failure(%{cell: %{kind: {:check, _}, continue_on_error: true}}, :perhaps), do: []

  defp failure(%{cell: %{kind: {:check, name}} = cell} = result, false) do
    case result.status do
      {:failed, %Failure{kind: :assertion}} when cell.continue_on_error ->
        []

      {:failed, %Failure{kind: :assertion} = failure} ->
        [exercise(failure.line, "the check of #{name} stops the rest: mark it continue_on_error")]

      {:failed, failure} ->
        text = "the check of #{name} crashes instead of failing by an assertion\n"
        plain = text <> failure.plain
        [%{failure | kind: :exercise, plain: plain, coloured: coloured(text, failure)}]

      :ok ->
        [exercise(cell.line, "the check of #{name} passes before it is solved")]

      _ ->
        []
    end
  end

  defp failure(%{status: {:failed, failure}}, _solved), do: [failure]
  defp failure(_result, _solved), do: []

  defp coloured(text, failure), do: failure.coloured && text <> failure.coloured

  defp exercise(line, text), do: %Failure{kind: :exercise, line: line, plain: text}

  defp unsolved(_notebook, solved) when solved != true, do: []

  defp unsolved(notebook, true) do
    for exercise <- Exercises.all(notebook), Exercises.solved(exercise) == nil do
      exercise(exercise.stub.line, "the exercise #{exercise.name} shows no solution")
    end
  end
end
