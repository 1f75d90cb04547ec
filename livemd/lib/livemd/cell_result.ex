defmodule Livemd.CellResult do
  @moduledoc """
  What became of one cell.

    * `cell` - the cell as it was evaluated: where an exercise is solved, it holds the solution's
      code and the solution's line;
    * `section` - the 0-based index of its section;
    * `status` - see `t:status/0`;
    * `value` - the cell's value, inspected, or `nil` where there is none to show. Only text is
      kept: a term would keep alive what the notebook has dropped;
    * `output` - all that the cell printed, and that the notebook's processes printed meanwhile;
    * `warnings` - what the compiler said, one text a diagnostic. Elixir 1.14 cannot hand these
      over: there they go to standard error, and the list is empty;
    * `assertions` - how many assertions held: those written in the cell if it is `:ok`, else 0;
    * `time` - microseconds.
  """

  alias Livemd.{Cell, Failure}

  @enforce_keys [:cell, :section, :status]
  defstruct [:cell, :section, :status, :value, output: "", warnings: [], assertions: 0, time: 0]

  @typedoc """
  An `:aborted` cell did not run because an earlier cell of its flow failed. A check that fails
  is `{:failed, failure}` even where `Livemd.Report` counts it as an exercise that waits.
  """
  @type status :: :ok | {:failed, Failure.t()} | {:skipped, String.t()} | :aborted

  @type t :: %__MODULE__{
          cell: Cell.t(),
          section: non_neg_integer(),
          status: status(),
          value: String.t() | nil,
          output: String.t(),
          warnings: [String.t()],
          assertions: non_neg_integer(),
          time: non_neg_integer()
        }
end
