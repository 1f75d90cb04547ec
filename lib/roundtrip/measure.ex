defmodule Roundtrip.Measure do
  @moduledoc """
  Times short calls, for cells that compare two of them.

  A call is given as module, function and arguments. A function written in a notebook's cell would
  be interpreted, and the interpreter would be measured with it.
  """

  @batches 50
  @calls 1_000

  @doc """
  Nanoseconds of each call, in the order given.

  The calls take turns, batch by batch, so that a machine that slows down slows all of them; each
  figure is the 10th percentile of #{@batches} batches of #{@calls} calls. Only ratios of figures
  from one use of this function mean anything. The loop itself is in every figure.

      iex> [elixir, rust] = Roundtrip.Measure.nanoseconds([{Kernel, :+, [2, 3]}, {Roundtrip.Native, :add, [2, 3]}])
      iex> is_float(elixir) and is_float(rust)
      true
  """
  @spec nanoseconds([{module(), atom(), [term()]}]) :: [float()]
  def nanoseconds(calls) do
    rounds = for _ <- 1..@batches, do: Enum.map(calls, &batch/1)

    rounds
    |> Enum.zip_with(&Enum.sort/1)
    |> Enum.map(&Enum.at(&1, div(@batches, 10)))
  end

  defp batch({module, function, arguments}) do
    start = System.monotonic_time()
    repeat(module, function, arguments, @calls)
    elapsed = System.monotonic_time() - start
    System.convert_time_unit(elapsed, :native, :nanosecond) / @calls
  end

  defp repeat(_module, _function, _arguments, 0), do: :ok

  defp repeat(module, function, arguments, calls) do
    apply(module, function, arguments)
    repeat(module, function, arguments, calls - 1)
  end
end
