defmodule Livemd.Flow do
  @moduledoc false
  # Cells that run one after another in one process, and what is known of them outside of it.

  alias Livemd.{CellResult, Evaluator}

  @enforce_keys [:id, :evaluator]
  defstruct [:id, :evaluator, last: :start, ends: [], failed: nil, dead: false, line: 1]

  @type t :: %__MODULE__{
          id: :main | non_neg_integer(),
          evaluator: Evaluator.t(),
          last: Evaluator.key(),
          ends: [{section :: non_neg_integer(), Evaluator.key()}],
          failed: (section :: non_neg_integer()) | nil,
          dead: boolean(),
          line: pos_integer()
        }

  @spec new(:main | non_neg_integer(), Evaluator.t()) :: t()
  def new(id, evaluator), do: %__MODULE__{id: id, evaluator: evaluator}

  @doc "What it is after a cell; `answered?` says whether its process outlived that."
  @spec after_cell(t(), CellResult.t(), Evaluator.key(), boolean()) :: t()
  def after_cell(flow, result, key, true) do
    stops? = match?({:failed, _}, result.status) and not result.cell.continue_on_error
    failed = if stops?, do: result.section
    ends = [{result.section, key} | flow.ends]
    %{flow | last: key, ends: ends, failed: failed, line: result.cell.line}
  end

  # No mark helps a flow whose process is gone.
  def after_cell(flow, result, _key, false) do
    %{flow | failed: result.section, dead: true, line: result.cell.line}
  end

  @doc "Where a branch of section `parent` begins: what the main flow had at that section's end."
  @spec source(t() | nil, non_neg_integer()) :: {Evaluator.t(), Evaluator.key()} | nil | :aborted
  def source(nil, _parent), do: nil
  def source(%__MODULE__{dead: true}, _parent), do: :aborted

  def source(%__MODULE__{failed: failed}, parent) when is_integer(failed) and failed <= parent do
    :aborted
  end

  def source(flow, parent) do
    {_, key} = Enum.find(flow.ends, {nil, :start}, fn {section, _} -> section <= parent end)
    {flow.evaluator, key}
  end
end
