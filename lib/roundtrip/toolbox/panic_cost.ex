defmodule Roundtrip.Toolbox.PanicCost do
  @moduledoc """
  Times Rust panics in several VMs, for a cell that compares what a backtrace costs.

      alias Roundtrip.Toolbox.CapturedVM
      plain = CapturedVM.start(%{"RUST_BACKTRACE" => "0"})
      traced = CapturedVM.start(%{"RUST_BACKTRACE" => "1"})
      Roundtrip.Toolbox.PanicCost.nanoseconds([plain, traced])
  """

  alias Roundtrip.Measure
  alias Roundtrip.Toolbox.CapturedVM

  @rounds 10
  @batches 20
  @panics 20

  @doc """
  Returns the nanoseconds that one panic takes, with the rescue, in each of the VMs.

  The VMs are timed in #{@rounds} turns, so that a machine that slows down slows all of them, and each
  figure is the minimum of its turns.
  """
  @spec nanoseconds([CapturedVM.t()]) :: [float()]
  def nanoseconds(vms) do
    rounds = for _ <- 1..@rounds, do: Enum.map(vms, &time_panics/1)
    Enum.zip_with(rounds, &Enum.min/1)
  end

  defp time_panics(vm) do
    arguments = [[{__MODULE__, :panic, []}], @batches, @panics]
    [nanoseconds] = CapturedVM.call(vm, Measure, :nanoseconds, arguments)
    nanoseconds
  end

  @doc false
  def panic do
    Roundtrip.Native.mean(1, 0)
  rescue
    error in ErlangError -> error
  end
end
