defmodule Roundtrip.Messages.Poll do
  @moduledoc """
  Waits for what ends without telling anybody, such as a thread of Rust.

  Everything that sends a message is awaited by that message instead.
  """

  @bound 5_000
  @pause 2

  @doc """
  Whether `fun` comes to give `true` within `bound` milliseconds.

      iex> Roundtrip.Messages.Poll.until(fn -> true end)
      true
      iex> Roundtrip.Messages.Poll.until(fn -> false end, 1)
      false
  """
  @spec until(fun(), non_neg_integer()) :: boolean()
  def until(fun, bound \\ @bound), do: poll(fun, now() + bound)

  @doc """
  Whether the threads of Rust come to have these names; `true` where the machine has no `/proc` to
  read them in.
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
        pause()
        poll(fun, deadline)
    end
  end

  defp pause do
    receive do
    after
      @pause -> :ok
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
