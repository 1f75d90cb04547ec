defmodule Roundtrip.Resources.Histogram do
  @moduledoc """
  A latency histogram: a struct around the reference to what Rust holds.

  The reference alone would do for Rust. The struct gives it a name to match on, functions of its
  own, and an inspection that says something.

      iex> Roundtrip.Resources.Histogram.new()
      #Roundtrip.Resources.Histogram<0 recorded>
  """

  alias Roundtrip.Native
  alias Roundtrip.Resources.Snapshot

  @enforce_keys [:ref]
  defstruct [:ref]

  @type t :: %__MODULE__{ref: reference()}

  @doc "An empty histogram for latencies up to `longest` microseconds; one minute, unless told."
  @spec new(pos_integer()) :: t()
  def new(longest \\ 60_000_000), do: %__MODULE__{ref: Native.histogram_new(longest)}

  @doc """
  Records a latency, and gives the histogram: the same one, for it is changed in place.

      iex> alias Roundtrip.Resources.Histogram
      iex> Histogram.new() |> Histogram.record(250) |> Histogram.record(750)
      #Roundtrip.Resources.Histogram<2 recorded>
  """
  @spec record(t(), non_neg_integer()) :: t()
  def record(%__MODULE__{ref: ref} = histogram, microseconds) do
    :ok = Native.histogram_record(ref, microseconds)
    histogram
  end

  @doc "What was recorded so far."
  @spec snapshot(t()) :: Snapshot.t()
  def snapshot(%__MODULE__{ref: ref}), do: Native.histogram_snapshot(ref)

  defimpl Inspect do
    def inspect(histogram, _opts) do
      "#Roundtrip.Resources.Histogram<#{@for.snapshot(histogram).count} recorded>"
    end
  end
end
