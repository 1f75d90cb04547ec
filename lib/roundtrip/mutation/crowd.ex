defmodule Roundtrip.Mutation.Crowd do
  @moduledoc """
  Lets many processes do the same thing at the same time, and times them.

  The loop is compiled code: in a notebook's cell a loop would be interpreted, and would measure
  the interpreter.
  """

  @rounds 5
  @calls 4_000

  @typedoc "A name, and one call of what is compared."
  @type way :: {atom(), (() -> term())}

  @typedoc "How many nanoseconds a call took, by the number of processes."
  @type row :: %{way: atom(), nanoseconds: %{pos_integer() => float()}}

  @doc """
  Calls `fun` in each of `processes` processes `calls` times, and gives the nanoseconds a call:
  the time from the start of all to the end of the last, by the number of all calls.

  No process begins before all of them are there. A call that raises ends this function too.

      iex> counter = :counters.new(1, [])
      iex> nanoseconds = Roundtrip.Mutation.Crowd.run(4, 100, fn -> :counters.add(counter, 1, 1) end)
      iex> {:counters.get(counter, 1), nanoseconds > 0}
      {400, true}
  """
  @spec run(pos_integer(), pos_integer(), (() -> term())) :: float()
  def run(processes, calls, fun) do
    crowd = for _ <- 1..processes, do: spawn_monitor(fn -> wait_and_repeat(calls, fun) end)
    start = System.monotonic_time()
    for {pid, _} <- crowd, do: send(pid, :start)
    for member <- crowd, do: await(member)
    elapsed = System.monotonic_time() - start
    System.convert_time_unit(elapsed, :native, :nanosecond) / (processes * calls)
  end

  @doc """
  Compares several ways, each with every number of processes.

  The ways take turns, #{@rounds} times, and each figure is the least of its rounds: a busy machine
  slows some rounds, and what a call needs it needs in every one. In a round the processes share
  #{@calls} calls, so every way is called equally often in the end.
  """
  @spec compare([way()], [pos_integer()]) :: [row()]
  def compare(ways, counts) do
    rounds = for _ <- 1..@rounds, do: round_of(ways, counts)

    for {way, _} <- ways do
      %{
        way: way,
        nanoseconds: Map.new(counts, &{&1, Enum.min(for r <- rounds, do: r[{way, &1}])})
      }
    end
  end

  defp round_of(ways, counts) do
    for count <- counts, {way, fun} <- ways, into: %{} do
      {{way, count}, run(count, div(@calls, count), fun)}
    end
  end

  defp wait_and_repeat(calls, fun) do
    receive do
      :start -> repeat(calls, fun)
    end
  end

  defp repeat(0, _fun), do: :ok

  defp repeat(calls, fun) do
    fun.()
    repeat(calls - 1, fun)
  end

  defp await({pid, monitor}) do
    receive do
      {:DOWN, ^monitor, :process, ^pid, :normal} -> :ok
      {:DOWN, ^monitor, :process, ^pid, reason} -> exit(reason)
    end
  end
end
