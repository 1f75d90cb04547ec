defmodule Roundtrip.FirstCall.Neighbour do
  @moduledoc """
  Measures what a call does to the processes beside it.
  """

  @tick 2

  @doc """
  The worst lateness, in milliseconds, of a timer of #{@tick} ms that is set again and again while
  every scheduler is given one call of `fun`.
  """
  @spec worst_lateness((() -> term())) :: float()
  def worst_lateness(fun) do
    calls = for _ <- 1..System.schedulers_online(), do: Task.async(fun)
    watch(MapSet.new(calls, & &1.ref), 0) / 1000
  end

  # Ends with the last call, so that the measurement covers all of them and not a guessed time.
  defp watch(running, worst) do
    if MapSet.size(running) == 0 do
      worst
    else
      {late, done} = tick()
      watch(MapSet.difference(running, done), max(worst, late))
    end
  end

  defp tick do
    due = now() + @tick * 1000
    Process.send_after(self(), {__MODULE__, :tick}, @tick)

    receive do
      {__MODULE__, :tick} -> {max(now() - due, 0), finished(MapSet.new())}
    end
  end

  defp finished(done) do
    receive do
      {ref, _result} when is_reference(ref) ->
        Process.demonitor(ref, [:flush])
        finished(MapSet.put(done, ref))
    after
      0 -> done
    end
  end

  defp now, do: System.monotonic_time(:microsecond)
end
