defmodule Roundtrip.Poll do
  @moduledoc """
  Waits for a condition that no message announces, such as the end of a Rust thread.

      iex> counter = :counters.new(1, [])
      iex> spawn(fn -> :counters.add(counter, 1, 1) end)
      iex> Roundtrip.Poll.until(fn -> :counters.get(counter, 1) == 1 end)
      true

  If there is a message, wait for the message instead.
  """

  @timeout 5_000
  @interval 2

  @doc """
  Calls `fun` until it returns `true`, for at most `timeout` milliseconds, and returns whether it did.

      iex> Roundtrip.Poll.until(fn -> false end, 1)
      false
  """
  @spec until((() -> boolean()), non_neg_integer()) :: boolean()
  def until(fun, timeout \\ @timeout), do: poll(fun, now() + timeout)

  @doc """
  Waits until the threads that Rust has started are those with these names, and returns whether they
  are. Returns `true` on a system without `/proc`, where thread names can't be read.
  """
  @spec threads([String.t()]) :: boolean()
  def threads(names) do
    not File.dir?("/proc/self/task") or
      until(fn -> Enum.sort(Roundtrip.threads()) == Enum.sort(names) end)
  end

  defp poll(fun, deadline) do
    cond do
      fun.() ->
        true

      now() >= deadline ->
        false

      true ->
        Process.sleep(@interval)
        poll(fun, deadline)
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
