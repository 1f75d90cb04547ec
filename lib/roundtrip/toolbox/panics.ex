defmodule Roundtrip.Toolbox.Panics do
  @moduledoc """
  Times panics, for a cell that compares what they cost in two VMs.
  """

  alias Roundtrip.Toolbox.CapturedVM

  @rounds 10
  @batches 20
  @panics 20

  @doc """
  Nanoseconds for one panic, caught, in each of the VMs.

  They take turns, so that a machine that slows down slows all of them, and each figure is the least
  of #{@rounds} turns of #{@batches} batches.
  """
  @spec nanoseconds([CapturedVM.t()]) :: [float()]
  def nanoseconds(vms) do
    rounds = for _ <- 1..@rounds, do: Enum.map(vms, &CapturedVM.call(&1, __MODULE__, :turn, []))
    Enum.zip_with(rounds, &Enum.min/1)
  end

  @doc false
  def turn, do: Enum.min(for _ <- 1..@batches, do: batch())

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
