defmodule Roundtrip.Toolbox.Panics do
  @moduledoc """
  Times panics, for a cell that compares what they cost in two VMs.
  """

  @batches 20
  @panics 20

  @doc """
  Nanoseconds for one panic, caught: the least of #{@batches} batches of #{@panics}.

  Each prints to standard error, so it is a figure for a VM whose standard error leads to a file.
  """
  @spec nanoseconds() :: float()
  def nanoseconds, do: Enum.min(for _ <- 1..@batches, do: batch())

  defp batch do
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
