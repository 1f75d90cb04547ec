defmodule Roundtrip.Measure do
  @moduledoc """
  Times short calls, for cells that compare them.

      [elixir, rust] =
        Roundtrip.Measure.nanoseconds([{Kernel, :+, [2, 3]}, {Roundtrip.Native, :add, [2, 3]}])

  A call is given as module, function and arguments, because a function that is written in a
  notebook's cell is interpreted, and the interpreter would be measured with it.
  """

  @doc """
  Returns the nanoseconds that each call takes, in the order given.

  The calls are timed in turns, batch by batch, so that a machine that slows down slows all of them.
  Each figure is the 10th percentile of `batches` batches of `size` calls, and includes the loop
  around them. Compare figures only with others from the same call of this function.

      iex> calls = [{Kernel, :+, [2, 3]}, {Enum, :sum, [Enum.to_list(1..1_000)]}]
      iex> [short, long] = Roundtrip.Measure.nanoseconds(calls)
      iex> long > short
      true
  """
  @spec nanoseconds([{module(), atom(), [term()]}], pos_integer(), pos_integer()) :: [float()]
  def nanoseconds(calls, batches \\ 50, size \\ 1_000) do
    rounds = for _ <- 1..batches, do: Enum.map(calls, &time_batch(&1, size))

    rounds
    |> Enum.zip_with(&Enum.sort/1)
    |> Enum.map(&Enum.at(&1, div(batches, 10)))
  end

  defp time_batch({module, function, arguments}, size) do
    start = System.monotonic_time()
    repeat(module, function, arguments, size)
    elapsed = System.monotonic_time() - start
    System.convert_time_unit(elapsed, :native, :nanosecond) / size
  end

  defp repeat(_module, _function, _arguments, 0), do: :ok

  defp repeat(module, function, arguments, calls) do
    apply(module, function, arguments)
    repeat(module, function, arguments, calls - 1)
  end
end
