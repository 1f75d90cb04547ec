defmodule Roundtrip.Schedulers do
  @moduledoc """
  Gives every normal scheduler one call, for cells that measure what such a call does to others.
  """

  @doc """
  Starts `fun` once on each scheduler, runs `meanwhile` in the calling process, and gives its result
  when all calls have ended.

      iex> Roundtrip.Schedulers.occupy(fn -> :ok end, fn -> :erlang.yield() end)
      true
  """
  @spec occupy(fun(), fun()) :: term()
  def occupy(fun, meanwhile) do
    calls = for id <- 1..System.schedulers_online(), do: start_on(id, fun)
    result = meanwhile.()
    for call <- calls, do: await(call)
    result
  end

  # `:scheduler` is not documented, and in every OTP from 25 to 29. Without it one scheduler may
  # take two of the calls, and another be left free.
  defp start_on(id, fun), do: :erlang.spawn_opt(fun, [:monitor, {:scheduler, id}])

  defp await({pid, monitor}) do
    receive do
      {:DOWN, ^monitor, :process, ^pid, :normal} -> :ok
      {:DOWN, ^monitor, :process, ^pid, reason} -> exit(reason)
    end
  end
end
