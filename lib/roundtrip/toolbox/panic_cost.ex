defmodule Roundtrip.Toolbox.PanicCost do
  @moduledoc """
  Times Rust panics in several VMs, for a cell that compares what a backtrace costs.

      alias Roundtrip.Toolbox.CapturedVM
      plain = CapturedVM.start(%{"RUST_BACKTRACE" => "0"})
      traced = CapturedVM.start(%{"RUST_BACKTRACE" => "1"})
      Roundtrip.Toolbox.PanicCost.nanoseconds([plain, traced])
  """

  alias Roundtrip.Toolbox.CapturedVM

  @rounds 10
  @batches 20
  @panics 20

  @doc """
  Returns the nanoseconds that one panic takes, with the rescue, in each of the VMs.

  The VMs are timed in turns, so that a machine that slows down slows all of them. Each figure is the
  minimum of #{@rounds} turns of #{@batches} batches.
  """
  @spec nanoseconds([CapturedVM.t()]) :: [float()]
  def nanoseconds(vms) do
    rounds =
      for _ <- 1..@rounds, do: Enum.map(vms, &CapturedVM.call(&1, __MODULE__, :time_turn, []))

    Enum.zip_with(rounds, &Enum.min/1)
  end

  @doc false
  def time_turn, do: Enum.min(for _ <- 1..@batches, do: time_batch())

  defp time_batch do
    start = System.monotonic_time()
    for _ <- 1..@panics, do: panic()
    elapsed = System.monotonic_time() - start
    System.convert_time_unit(elapsed, :native, :nanosecond) / @panics
  end

  defp panic do
    Roundtrip.Native.mean(1, 0)
  rescue
    error in ErlangError -> error
  end
end
