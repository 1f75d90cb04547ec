defmodule Roundtrip.Notebook.Report do
  @moduledoc """
  What came of running a notebook once, as shipped or solved.

    * `cells` - one `Roundtrip.Notebook.CellResult` a cell, in the order of the file;
    * `failures` - everything that should not be: print them with
      `Roundtrip.Notebook.Failure.format/3`;
    * `waiting` - the exercises whose check failed by an assertion, as it should in a notebook as
      shipped: they are no failures;
    * `skipped` - the cells that did not run here, each with the reason;
    * `assertions` - how many assertions held, in `assertion_cells` cells;
    * `time` - microseconds, the sum over all cells.
  """

  alias Roundtrip.Notebook
  alias Roundtrip.Notebook.{Cell, CellResult, Failure}

  @enforce_keys [:notebook]
  defstruct [
    :notebook,
    solved: false,
    cells: [],
    failures: [],
    waiting: [],
    skipped: [],
    assertions: 0,
    assertion_cells: 0,
    time: 0
  ]

  @type t :: %__MODULE__{
          notebook: Notebook.t(),
          solved: boolean(),
          cells: [CellResult.t()],
          failures: [Failure.t()],
          waiting: [String.t()],
          skipped: [{Cell.t(), String.t()}],
          assertions: non_neg_integer(),
          assertion_cells: non_neg_integer(),
          time: non_neg_integer()
        }

  @doc "Whether everything held."
  @spec ok?(t()) :: boolean()
  def ok?(%__MODULE__{failures: failures}), do: failures == []
end
