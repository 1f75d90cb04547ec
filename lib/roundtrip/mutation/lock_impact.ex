defmodule Roundtrip.Mutation.LockImpact do
  @moduledoc """
  Measures whether calls that wait for a lock delay a process that doesn't need the lock.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> record = fn -> Roundtrip.Native.histogram_record(histogram, 5) end
      iex> {outcome, _} = Roundtrip.Mutation.LockImpact.measure(histogram, record, 10)
      iex> outcome
      :too_late

  Here the calls blocked every scheduler until the lock was released. The module counts turns and
  starts no timer: a process has its turn or it doesn't, however busy the machine is.
  """

  alias Roundtrip.Mutation.LockHolder
  alias Roundtrip.Schedulers

  @rounds 3

  @typedoc "Whether the turn came while the lock was held, and after how many milliseconds."
  @type outcome :: {:in_time | :too_late, float()}

  @doc """
  Starts `call` once on every scheduler while the histogram's lock is held, and returns whether the
  calling process had its next turn before the lock was released.

  The lock is released as soon as that turn comes, or after `milliseconds`. Because a busy machine
  may delay the turn by itself, up to #{@rounds} rounds are tried, and the first one in time counts.
  """
  @spec measure(reference(), fun(), 0..1000) :: outcome()
  def measure(histogram, call, milliseconds) do
    Enum.reduce_while(1..@rounds, nil, fn _round, _too_late ->
      outcome = measure_round(histogram, call, milliseconds)
      if match?({:in_time, _}, outcome), do: {:halt, outcome}, else: {:cont, outcome}
    end)
  end

  defp measure_round(histogram, call, milliseconds) do
    holder = LockHolder.hold(histogram, milliseconds)

    Schedulers.occupy(call, fn waited ->
      case LockHolder.release(holder) do
        :released -> {:in_time, waited}
        :timed_out -> {:too_late, waited}
      end
    end)
  end
end
