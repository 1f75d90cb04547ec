defmodule Roundtrip.FirstCall.Neighbour do
  @moduledoc """
  Measures what a call does to the processes beside it.
  """

  alias Roundtrip.Schedulers

  @rounds 3

  @doc """
  How many milliseconds the calling process waits for its next turn when every scheduler is given
  one call of `fun`.

  The answer is the least of #{@rounds} rounds: a call that holds a scheduler does so in every round,
  and a busy machine does not.
  """
  @spec lateness(fun()) :: float()
  def lateness(fun), do: Enum.min(for _ <- 1..@rounds, do: round_of(fun)) / 1000

  defp round_of(fun) do
    start = System.monotonic_time(:microsecond)

    Schedulers.occupy(fun, fn ->
      # Behind the calls in every queue: the next turn comes when one of them lets go. By turns and
      # not by timers, which a busy machine delays by itself.
      :erlang.yield()
      System.monotonic_time(:microsecond) - start
    end)
  end
end
