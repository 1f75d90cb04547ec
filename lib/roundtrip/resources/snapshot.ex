defmodule Roundtrip.Resources.Snapshot do
  @moduledoc """
  The statistics of a histogram at one moment, in microseconds except for `count`. `p50` and `p99`
  are percentiles: half of the recorded latencies are at most `p50`.
  """

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
