defmodule Roundtrip.Notebook.Runner do
  @moduledoc """
  SKELETON of the API (the code comes). Whole: `run/2`. Step by step: `start/2`, then for each
  section in order `eval_section/2` (or for each cell in order `eval_cell/2`), then `stop/1`.
  """
  alias Roundtrip.Notebook
  alias Roundtrip.Notebook.{Cell, CellResult, Report}

  defstruct [:notebook]
  @typedoc "A notebook that is being run, owned by the process that called `start/2`."
  @opaque t :: %__MODULE__{}

  @doc """
  Options: `solved: boolean`, `timeout: milliseconds` (60_000), `on_section: fun(index, section, [CellResult])`,
  `on_cell: fun(CellResult)`, `watch: (-> map)`.
  """
  @spec run(Notebook.t(), keyword()) :: Report.t()
  def run(notebook, opts \\ []), do: notebook |> start(opts) |> stop()

  @doc "Starts the notebook's processes; nothing is evaluated yet."
  @spec start(Notebook.t(), keyword()) :: t()
  def start(notebook, _opts \\ []), do: %__MODULE__{notebook: notebook}

  @doc "Evaluates the cells of the section with that 0-based index."
  @spec eval_section(t(), non_neg_integer()) :: {[CellResult.t()], t()}
  def eval_section(runner, _index), do: {[], runner}

  @doc "Evaluates one cell of the notebook (as it stands in `Notebook.cells/1`)."
  @spec eval_cell(t(), Cell.t()) :: {CellResult.t(), t()}
  def eval_cell(runner, cell), do: {%CellResult{cell: cell, section: 0, status: :ok}, runner}

  @doc "Ends the notebook: everything it defined or started is gone. Cells not evaluated are left out of the report."
  @spec stop(t()) :: Report.t()
  def stop(runner), do: %Report{notebook: runner.notebook}
end
