defmodule Roundtrip.Schedulers do
  @moduledoc """
  Keeps every normal scheduler busy with one call, for cells that measure how that affects others.
  """

  @doc """
  Starts `fun` once on each scheduler, runs `meanwhile` in the calling process, and returns the
  result of `meanwhile` when all calls have ended.

  If a call exits, so does the caller, with the same reason.

      iex> Roundtrip.Schedulers.occupy(fn -> :ok end, fn -> :measured end)
      :measured
  """
  @spec occupy(fun(), (() -> result)) :: result when result: term()
  def occupy(fun, meanwhile) do
    calls = for id <- 1..System.schedulers_online(), do: spawn_on(id, fun)
    result = meanwhile.()
    Enum.each(calls, &await/1)
    result
  end

  # The option `:scheduler` is undocumented and missing from the type, but every OTP from 25 to 29
  # has it. Without it, one scheduler might run two of the calls and leave another one free.
  @dialyzer {:no_return, occupy: 2, spawn_on: 2}
  @dialyzer {:no_fail_call, spawn_on: 2}
  defp spawn_on(id, fun), do: :erlang.spawn_opt(fun, [:monitor, {:scheduler, id}])

  defp await({pid, monitor}) do
    receive do
      {:DOWN, ^monitor, :process, ^pid, :normal} -> :ok
      {:DOWN, ^monitor, :process, ^pid, reason} -> exit(reason)
    end
  end
end
