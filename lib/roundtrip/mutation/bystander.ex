defmodule Roundtrip.Mutation.Bystander do
  @moduledoc """
  Measures what a call that waits for a lock does to a process that has no use for the lock.

  By turns and not by timers: a turn comes or does not come, however busy the machine is.
  """

  alias Roundtrip.Mutation.Holder
  alias Roundtrip.Schedulers

  @rounds 3

  @typedoc "Whether the turn came while the lock was held, and after how many milliseconds."
  @type turn :: {:in_time | :too_late, float()}

  @doc """
  How long the calling process waits for its next turn while every scheduler is given one `call`.

  The histogram's lock is held meanwhile. The turn ends that, and where none comes it ends after
  `milliseconds`. A busy machine may be late by itself: of #{@rounds} rounds the first is taken in
  which the turn comes in time.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> {:in_time, _} = Roundtrip.Mutation.Bystander.turn(histogram, fn -> :ok end, 1000)
      iex> :ok
      :ok
  """
  @spec turn(reference(), fun(), 0..1000) :: turn()
  def turn(histogram, call, milliseconds), do: turn(histogram, call, milliseconds, @rounds)

  defp turn(histogram, call, milliseconds, rounds) do
    with {:too_late, _} = late <- round_of(histogram, call, milliseconds) do
      if rounds == 1, do: late, else: turn(histogram, call, milliseconds, rounds - 1)
    end
  end

  defp round_of(histogram, call, milliseconds) do
    holder = Holder.hold(histogram, milliseconds)
    start = System.monotonic_time(:microsecond)

    Schedulers.occupy(call, fn ->
      # Behind the callers in every queue: the next turn comes when theirs is over.
      :erlang.yield()
      waited = (System.monotonic_time(:microsecond) - start) / 1000
      how = Holder.release(holder)
      {if(how == :released, do: :in_time, else: :too_late), waited}
    end)
  end
end
