defmodule Livemd.CellResult do
  @moduledoc """
  The result of one cell.

    * `cell` - the cell that was evaluated; for a solved exercise, with the code and the line of the
      solution;
    * `section` - the 0-based index of its section;
    * `status` - what happened, see `t:status/0`;
    * `verdict` - how the mode of the run judges that, see `t:verdict/0`;
    * `failure` - why the verdict is `:failed`, or `nil`;
    * `value` - the inspected value, or `nil` if there is none to show. It is text, because a term
      would keep resources alive after the notebook has released them;
    * `output` - the text that the cell, or another process of the notebook, printed meanwhile;
    * `warnings` - the compiler's diagnostics. Elixir 1.14 prints them to standard error instead;
    * `assertions` - the number of assertions in the cell if its status is `:ok`, else 0;
    * `time` - microseconds.
  """

  alias Livemd.{Cell, Failure}

  @enforce_keys [:cell, :section, :status]
  defstruct @enforce_keys ++
              [:verdict, :failure, :value, output: "", warnings: [], assertions: 0, time: 0]

  @typedoc "An `:aborted` cell did not run, because an earlier cell failed."
  @type status :: :ok | {:failed, Failure.t()} | {:skipped, String.t()} | :aborted

  @typedoc """
  A `:waiting` cell is the check of an exercise that is not solved yet, or its stub if that is marked
  with the compiler's error.
  """
  @type verdict :: :held | :waiting | :failed | :skipped | :aborted

  @type t :: %__MODULE__{cell: Cell.t(), status: status(), failure: Failure.t() | nil}
end

defmodule Livemd.Report do
  @moduledoc """
  The results of running a notebook once.

    * `cells` - one `Livemd.CellResult` per cell, in the order of the file;
    * `failures` - every `Livemd.Failure`, see `Livemd.Failure.format/3`;
    * `waiting`, `passed` - the names of exercises whose check is `:waiting`, or passed;
    * `skipped` - the cells that can't run on this machine, each with the reason;
    * `assertions` - how many assertions held, in `assertion_cells` cells;
    * `time` - microseconds, the sum over all cells.
  """

  alias Livemd.{CellResult, Exercise, Failure, Notebook}

  @typedoc """
  How a notebook is run: `:shipped`, where each check must fail by an assertion, and each stub that is
  marked with a compiler's error by this error; `:solved`, where the
  solutions replace the stubs and each check must pass; or `:learner`, where a check may pass or fail.
  """
  @type mode :: :shipped | :solved | :learner

  @enforce_keys [:notebook, :mode]
  defstruct @enforce_keys ++
              [cells: [], failures: [], waiting: [], passed: [], skipped: []] ++
              [assertions: 0, assertion_cells: 0, time: 0]

  @type t :: %__MODULE__{notebook: Notebook.t(), mode: mode(), failures: [Failure.t()]}

  @doc "Returns the report of judged results, and of failures outside of any cell."
  @spec new(Notebook.t(), [CellResult.t()], mode(), [Failure.t()]) :: t()
  def new(notebook, cells, mode, failures) do
    %__MODULE__{
      notebook: notebook,
      mode: mode,
      cells: cells,
      failures:
        for(%{failure: %Failure{} = failure} <- cells, do: failure) ++
          unsolved(notebook, mode) ++ failures,
      waiting: for(%{cell: %{kind: {:check, name}}, verdict: :waiting} <- cells, do: name),
      passed: for(%{cell: %{kind: {:check, name}}, status: :ok} <- cells, do: name),
      skipped: for(%{cell: cell, status: {:skipped, reason}} <- cells, do: {cell, reason}),
      assertions: cells |> Enum.map(& &1.assertions) |> Enum.sum(),
      assertion_cells: Enum.count(cells, &(&1.assertions > 0)),
      time: cells |> Enum.map(& &1.time) |> Enum.sum()
    }
  end

  @doc "Returns whether the run has no failure."
  @spec ok?(t()) :: boolean()
  def ok?(%__MODULE__{failures: failures}), do: failures == []

  @doc "Sets the verdict and the failure of a result. No other function decides what is `:waiting`."
  @spec judge(CellResult.t(), mode()) :: CellResult.t()
  def judge(%CellResult{} = result, mode) do
    {verdict, failure} = verdict(result.cell, result.status, mode)
    %{result | verdict: verdict, failure: failure}
  end

  defp verdict(_cell, :aborted, _mode), do: {:aborted, nil}
  defp verdict(_cell, {:skipped, _reason}, _mode), do: {:skipped, nil}
  defp verdict(%{kind: {:check, _}} = cell, status, :shipped), do: shipped_check(status, cell)

  defp verdict(%{kind: {:exercise, _}, expected_error: error} = cell, status, :shipped)
       when error != nil,
       do: refused_stub(status, cell)

  defp verdict(%{expected_error: error}, {:failed, _failure}, :learner) when error != nil,
    do: {:waiting, nil}

  # A learner's unfinished solution may crash its check.
  defp verdict(%{kind: {:check, _}, continue_on_error: true}, {:failed, _failure}, :learner),
    do: {:waiting, nil}

  defp verdict(_cell, :ok, _mode), do: {:held, nil}
  defp verdict(_cell, {:failed, failure}, _mode), do: {:failed, failure}

  defp refused_stub(:ok, %{kind: {_, name}, line: line, expected_error: error}),
    do: exercise(line, "the stub of #{name} compiles, although it is marked with #{error}")

  defp refused_stub({:failed, failure}, %{kind: {_, name}, expected_error: error}) do
    if Failure.compiler_errors(failure) == [error],
      do: {:waiting, nil},
      else: {:failed, explain(failure, "the stub of #{name} is not refused with #{error} alone")}
  end

  defp shipped_check({:failed, %{kind: :assertion}}, %{continue_on_error: true}),
    do: {:waiting, nil}

  defp shipped_check({:failed, %{kind: :assertion, line: line}}, %{kind: {:check, name}}) do
    exercise(
      line,
      "the check of #{name} stops the rest of the notebook: mark it continue_on_error"
    )
  end

  defp shipped_check({:failed, failure}, %{kind: {:check, name}}) do
    text = "the check of #{name} crashes instead of failing by an assertion"
    {:failed, explain(failure, text)}
  end

  defp shipped_check(:ok, %{kind: {:check, name}, line: line}) do
    exercise(line, "the check of #{name} passes before it is solved")
  end

  defp explain(failure, text) do
    text = text <> "\n"
    coloured = failure.coloured && text <> failure.coloured
    %{failure | kind: :exercise, plain: text <> failure.plain, coloured: coloured}
  end

  defp exercise(line, text), do: {:failed, %Failure{kind: :exercise, line: line, plain: text}}

  defp unsolved(notebook, :solved) do
    for %{name: name, stub: stub} = exercise <- Exercise.all(notebook),
        Exercise.solved(exercise) == nil,
        do: exercise(stub.line, "the exercise #{name} has no solution") |> elem(1)
  end

  defp unsolved(_notebook, _mode), do: []
end
