defmodule Roundtrip.Resources.Snapshot do
  @moduledoc "What a histogram said at one moment; every figure but the count is in microseconds."

  @enforce_keys [:count, :min, :p50, :p99, :max]
  defstruct [:count, :min, :p50, :p99, :max]

  @type t :: %__MODULE__{
          count: non_neg_integer(),
          min: non_neg_integer(),
          p50: non_neg_integer(),
          p99: non_neg_integer(),
          max: non_neg_integer()
        }
end
