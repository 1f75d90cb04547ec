defmodule Roundtrip.FirstCall.SchedulingLatency do
  @moduledoc """
  Measures how long a process waits for its next turn while every scheduler runs a given call.

      # A NIF that blocks a normal scheduler for 200 ms delays every other process.
      Roundtrip.FirstCall.SchedulingLatency.milliseconds(fn -> Roundtrip.Native.block(200) end)
  """

  alias Roundtrip.Schedulers

  @rounds 3

  @doc """
  Starts `fun` once on every scheduler and returns how long the calling process then waited for its
  next turn, in milliseconds.

  The result is the minimum of #{@rounds} rounds: a call that blocks its scheduler does so in every
  round, while the noise of a busy machine doesn't come in all of them.
  """
  @spec milliseconds(fun()) :: float()
  def milliseconds(fun), do: Enum.min(for _ <- 1..@rounds, do: measure_round(fun)) / 1000

  defp measure_round(fun) do
    start = System.monotonic_time(:microsecond)

    Schedulers.occupy(fun, fn ->
      # Yielding puts this process behind the calls in every run queue. A timer would measure the
      # machine's load as well.
      :erlang.yield()
      System.monotonic_time(:microsecond) - start
    end)
  end
end
