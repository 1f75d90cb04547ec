defmodule Roundtrip.Mutation.Contention do
  @moduledoc """
  Lets many processes make the same call at the same time.

      iex> counter = Roundtrip.Native.counter_new(:mutex)
      iex> run = Roundtrip.Mutation.Contention.run(4, 20, fn -> Roundtrip.Native.counter_add(counter, 1) end)
      iex> Roundtrip.Native.counter_get(counter) == run.calls
      true

  The processes run for a fixed time and not for a fixed number of calls, and the time begins when all
  of them are running. Otherwise a process might end before the next one has started, and nothing would
  compete.

  The loop around the call is in this module because it is compiled here. In a notebook's cell it
  would be interpreted, and the interpreter would be measured with it.
  """

  @batch 50
  @rounds 3

  # What is at which index of the array that the processes share. The last one to start sets the deadline.
  @started 1
  @deadline 2
  @never 9_223_372_036_854_775_807

  @typedoc """
  What a run measured:

    * `calls` - the number of calls of all processes;
    * `nanoseconds` - the time from the first start to the last end, divided by `calls`;
    * `overlap` - the milliseconds in which every process was running.
  """
  @type run :: %{calls: pos_integer(), nanoseconds: float(), overlap: float()}

  @typedoc "A name, and the call that it names."
  @type variant :: {atom(), fun()}

  @doc """
  Repeats `fun` in each of `processes` processes, for at least `milliseconds` in all of them at once.

  If a call raises or exits, this function exits too.
  """
  @spec run(pos_integer(), pos_integer(), fun()) :: run()
  def run(processes, milliseconds, fun) do
    caller = self()
    clock = :atomics.new(2, [])
    :atomics.put(clock, @deadline, @never)
    duration = System.convert_time_unit(milliseconds, :millisecond, :native)

    work = fn ->
      start = System.monotonic_time()

      if :atomics.add_get(clock, @started, 1) == processes,
        do: :atomics.put(clock, @deadline, System.monotonic_time() + duration)

      calls = repeat_until(clock, fun, 0)
      send(caller, {self(), {calls, start, System.monotonic_time()}})
    end

    workers = for _ <- 1..processes, do: spawn_monitor(work)
    {counts, starts, stops} = workers |> Enum.map(&await/1) |> unzip3()
    calls = Enum.sum(counts)
    elapsed = Enum.max(stops) - Enum.min(starts)
    together = Enum.min(stops) - Enum.max(starts)

    %{
      calls: calls,
      nanoseconds: System.convert_time_unit(elapsed, :native, :nanosecond) / calls,
      overlap: System.convert_time_unit(together, :native, :microsecond) / 1000
    }
  end

  @doc """
  Runs each variant with each number of processes, and returns the runs by name and number.

  The variants take turns in #{@rounds} rounds of `milliseconds` each, and of each the quickest run
  counts: a busy machine slows some rounds, but what the call itself costs is in every one.
  """
  @spec compare([variant()], [pos_integer()], pos_integer()) :: %{
          atom() => %{pos_integer() => run()}
        }
  def compare(variants, process_counts, milliseconds) do
    runs =
      for _ <- 1..@rounds, {name, fun} <- variants, processes <- process_counts do
        {name, processes, run(processes, milliseconds, fun)}
      end

    for {name, _fun} <- variants, into: %{} do
      {name, Map.new(process_counts, &{&1, quickest(runs, name, &1)})}
    end
  end

  defp quickest(runs, name, processes) do
    Enum.min_by(for({^name, ^processes, run} <- runs, do: run), & &1.nanoseconds)
  end

  defp repeat_until(clock, fun, calls) do
    repeat(@batch, fun)
    # With more processes than schedulers, each has to have its turn soon.
    :erlang.yield()
    calls = calls + @batch

    if System.monotonic_time() < :atomics.get(clock, @deadline),
      do: repeat_until(clock, fun, calls),
      else: calls
  end

  defp repeat(0, _fun), do: :ok

  defp repeat(calls, fun) do
    fun.()
    repeat(calls - 1, fun)
  end

  defp unzip3(triples) do
    {for({a, _, _} <- triples, do: a), for({_, b, _} <- triples, do: b),
     for({_, _, c} <- triples, do: c)}
  end

  defp await({pid, monitor}) do
    receive do
      {^pid, result} ->
        Process.demonitor(monitor, [:flush])
        result

      {:DOWN, ^monitor, :process, ^pid, reason} ->
        exit(reason)
    end
  end
end
