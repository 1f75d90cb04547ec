defmodule Roundtrip.Schedulers do
  @moduledoc """
  Runs a call on every normal scheduler, and measures how long other processes wait meanwhile.

      # A NIF that blocks a normal scheduler for 200 ms delays every other process.
      Roundtrip.Schedulers.latency(fn -> Roundtrip.Native.block(200) end)
  """

  @rounds 3

  @doc """
  Starts `fun` once on every scheduler, and returns how long the calling process then waits for its
  next turn, in milliseconds.

  The result is the minimum of #{@rounds} rounds: a call that blocks its scheduler does so in every
  round, while a busy machine rarely delays all of them.
  """
  @spec latency(fun()) :: float()
  def latency(fun), do: Enum.min(for _ <- 1..@rounds, do: occupy(fun, & &1))

  @doc """
  Starts `fun` once on every scheduler, and runs `meanwhile` at the calling process's next turn.

  `meanwhile` receives the milliseconds that passed until that turn. Its result is returned when all
  calls have ended. If a call exits, so does the caller, with the same reason.

      iex> Roundtrip.Schedulers.occupy(fn -> :ok end, fn milliseconds -> milliseconds > 0 end)
      true
  """
  @spec occupy(fun(), (float() -> result)) :: result when result: term()
  def occupy(fun, meanwhile) do
    start = System.monotonic_time(:microsecond)
    calls = for id <- 1..System.schedulers_online(), do: spawn_on(id, fun)
    # Yielding puts this process behind the calls in every run queue. A timer would measure the
    # machine's load as well.
    :erlang.yield()
    result = meanwhile.((System.monotonic_time(:microsecond) - start) / 1000)
    Enum.each(calls, &await/1)
    result
  end

  # The option `:scheduler` is undocumented and missing from the type, but every OTP from 25 to 29
  # has it. Without it, one scheduler might run two of the calls and leave another one free.
  @dialyzer {:no_return, latency: 1, occupy: 2, spawn_on: 2}
  @dialyzer {:no_fail_call, spawn_on: 2}
  defp spawn_on(id, fun), do: :erlang.spawn_opt(fun, [:monitor, {:scheduler, id}])

  defp await({pid, monitor}) do
    receive do
      {:DOWN, ^monitor, :process, ^pid, :normal} -> :ok
      {:DOWN, ^monitor, :process, ^pid, reason} -> exit(reason)
    end
  end
end
