defmodule Roundtrip.Mutation.Crowd do
  @moduledoc """
  Lets many processes do the same thing at the same time, and times them.

  The loop is compiled code: in a notebook's cell a loop would be interpreted, and would measure
  the interpreter.
  """

  @rounds 5
  @calls 4_000

  @typedoc "A name, and one call of what is compared."
  @type way :: {atom(), fun()}

  @doc """
  Calls `fun` in each of `processes` processes `calls` times, and gives the nanoseconds a call:
  the time from the start of the first to the end of the last, by the number of all calls.

  No process begins before all of them are there. A call that raises or exits ends this function too.

      iex> counter = :counters.new(1, [])
      iex> nanoseconds = Roundtrip.Mutation.Crowd.run(4, 100, fn -> :counters.add(counter, 1, 1) end)
      iex> {:counters.get(counter, 1), nanoseconds > 0}
      {400, true}
  """
  @spec run(pos_integer(), pos_integer(), fun()) :: float()
  def run(processes, calls, fun) do
    caller = self()

    crowd =
      for _ <- 1..processes, do: spawn_monitor(fn -> wait_and_repeat(caller, calls, fun) end)

    for {pid, _} <- crowd, do: send(pid, :start)
    {starts, stops} = crowd |> Enum.map(&await/1) |> Enum.unzip()
    elapsed = Enum.max(stops) - Enum.min(starts)
    System.convert_time_unit(elapsed, :native, :nanosecond) / (processes * calls)
  end

  @doc """
  Nanoseconds a call of several ways, by name and then by number of processes.

  The ways take turns, #{@rounds} times, and each figure is the least of its rounds: a busy machine
  slows some rounds, and what a call needs it needs in every one. In a round the processes share
  #{@calls} calls, so every way is called equally often in the end.
  """
  @spec compare([way()], [pos_integer()]) :: %{atom() => %{pos_integer() => non_neg_integer()}}
  def compare(ways, counts) do
    rounds = for _ <- 1..@rounds, do: round_of(ways, counts)
    Enum.reduce(rounds, &least/2)
  end

  defp round_of(ways, counts) do
    for {way, fun} <- ways, into: %{} do
      {way, Map.new(counts, &{&1, round(run(&1, div(@calls, &1), fun))})}
    end
  end

  defp least(a, b), do: Map.merge(a, b, fn _way, a, b -> Map.merge(a, b, &least/3) end)
  defp least(_count, a, b), do: min(a, b)

  # The times are taken here, so that what it takes to wake a process is not measured.
  defp wait_and_repeat(caller, calls, fun) do
    receive do
      :start -> :ok
    end

    start = System.monotonic_time()
    repeat(calls, fun)
    send(caller, {self(), start, System.monotonic_time()})
  end

  defp repeat(0, _fun), do: :ok

  defp repeat(calls, fun) do
    fun.()
    repeat(calls - 1, fun)
  end

  defp await({pid, monitor}) do
    receive do
      {^pid, start, stop} ->
        Process.demonitor(monitor, [:flush])
        {start, stop}

      {:DOWN, ^monitor, :process, ^pid, reason} ->
        exit(reason)
    end
  end
end
