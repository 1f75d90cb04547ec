defmodule Roundtrip.FirstCall.Neighbour do
  @moduledoc """
  Measures what a call does to the processes beside it.
  """

  @tick 2
  @rounds 3

  @doc """
  By how many milliseconds a timer of #{@tick} ms was late while every scheduler was given one call
  of `fun`.

  Each of #{@rounds} rounds finds its latest timer, and the answer is the least of these: a call that
  holds a scheduler does so in every round, and a busy machine does not.
  """
  @spec lateness(fun()) :: float()
  def lateness(fun), do: Enum.min(for _ <- 1..@rounds, do: round_of(fun)) / 1000

  defp round_of(fun) do
    # Counted from before the calls start: they may stop this process before its first tick.
    last = now()
    calls = for _ <- 1..System.schedulers_online(), do: Task.async(fun)
    watch(Map.new(calls, &{&1.ref, &1}), last, 0)
  end

  # Ends with the last call, so that the measurement covers all of them and not a guessed time.
  defp watch(running, last, worst) do
    Process.send_after(self(), {__MODULE__, :tick}, @tick)

    receive do
      {__MODULE__, :tick} -> :ok
    end

    now = now()
    worst = max(worst, now - last - @tick * 1000)
    running = finished(running)
    if running == %{}, do: worst, else: watch(running, now, worst)
  end

  defp finished(running) do
    receive do
      {ref, _result} when is_map_key(running, ref) ->
        Process.demonitor(ref, [:flush])
        finished(Map.delete(running, ref))
    after
      0 -> running
    end
  end

  defp now, do: System.monotonic_time(:microsecond)
end
