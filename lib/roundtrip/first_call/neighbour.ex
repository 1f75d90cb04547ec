defmodule Roundtrip.FirstCall.Neighbour do
  @moduledoc """
  Measures what a call does to the processes beside it.
  """

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
    calls = for id <- 1..System.schedulers_online(), do: call_on(id, fun)
    # Behind the calls in every queue: the next turn comes when one of them lets go. By turns and
    # not by timers, which a busy machine delays by itself.
    :erlang.yield()
    late = System.monotonic_time(:microsecond) - start
    for call <- calls, do: await(call)
    late
  end

  # `:scheduler` is not documented, and in every OTP from 25 to 29. Without it one scheduler may
  # take two of the calls, and another be left for the neighbour.
  defp call_on(id, fun), do: :erlang.spawn_opt(fun, [:monitor, {:scheduler, id}])

  defp await({pid, monitor}) do
    receive do
      {:DOWN, ^monitor, :process, ^pid, :normal} -> :ok
      {:DOWN, ^monitor, :process, ^pid, reason} -> exit(reason)
    end
  end
end
