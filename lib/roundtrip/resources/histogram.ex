defmodule Roundtrip.Resources.Histogram do
  @moduledoc """
  A latency histogram: a struct around the reference to a Rust value.

      iex> alias Roundtrip.Resources.Histogram
      iex> histogram = Histogram.new() |> Histogram.record(250) |> Histogram.record(750)
      #Roundtrip.Resources.Histogram<2 recorded>
      iex> Histogram.snapshot(histogram).max
      750

  The NIFs of `Roundtrip.Native` need only the reference. The struct adds a type to match on,
  functions next to it, and a readable `inspect/2`.
  """

  alias Roundtrip.Native
  alias Roundtrip.Resources.Snapshot

  @enforce_keys [:ref]
  defstruct [:ref]

  @type t :: %__MODULE__{ref: reference()}

  @doc "Creates an empty histogram for latencies up to `longest` microseconds, a minute by default."
  @spec new(pos_integer()) :: t()
  def new(longest \\ 60_000_000), do: %__MODULE__{ref: Native.histogram_new(longest)}

  @doc """
  Records a latency and returns the same histogram, which is changed in place.

  Raises an `ArgumentError` if the latency is above the histogram's `longest`.

      iex> alias Roundtrip.Resources.Histogram
      iex> Histogram.new(1_000) |> Histogram.record(1_001)
      ** (ArgumentError) microseconds must be from 0 to 1000
  """
  @spec record(t(), non_neg_integer()) :: t()
  def record(%__MODULE__{ref: ref} = histogram, microseconds) do
    :ok = Native.histogram_record(ref, microseconds)
    histogram
  end

  @doc "Returns the statistics of what was recorded so far."
  @spec snapshot(t()) :: Snapshot.t()
  def snapshot(%__MODULE__{ref: ref}), do: Native.histogram_snapshot(ref)

  defimpl Inspect do
    def inspect(histogram, _opts) do
      "#Roundtrip.Resources.Histogram<#{@for.snapshot(histogram).count} recorded>"
    end
  end
end
