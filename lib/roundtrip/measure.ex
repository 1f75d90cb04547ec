defmodule Roundtrip.Measure do
  @moduledoc """
  Times short calls, for cells that compare two of them.

  The loop is compiled code: in a notebook's cell a loop would be interpreted, and would measure
  the interpreter.
  """

  @batches 50
  @calls 2_000

  @doc """
  Nanoseconds per call of each function, in the order given.

  The functions take turns, batch by batch, so that a machine that slows down slows all of them;
  each figure is the 10th percentile of #{@batches} batches of #{@calls} calls. Only ratios of
  figures from one call of this function mean anything. The loop itself is in every figure.

      iex> [a, b] = Roundtrip.Measure.nanoseconds([fn -> :ok end, fn -> :ok end])
      iex> is_float(a) and is_float(b)
      true
  """
  @spec nanoseconds([(() -> term())]) :: [float()]
  def nanoseconds(functions) do
    rounds = for _ <- 1..@batches, do: Enum.map(functions, &batch/1)

    rounds
    |> Enum.zip_with(&Enum.sort/1)
    |> Enum.map(&Enum.at(&1, div(@batches, 10)))
  end

  defp batch(function) do
    start = System.monotonic_time()
    repeat(function, @calls)
    elapsed = System.monotonic_time() - start
    System.convert_time_unit(elapsed, :native, :nanosecond) / @calls
  end

  defp repeat(_function, 0), do: :ok

  defp repeat(function, calls) do
    function.()
    repeat(function, calls - 1)
  end
end
