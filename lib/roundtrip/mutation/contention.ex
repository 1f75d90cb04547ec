defmodule Roundtrip.Mutation.Contention do
  @moduledoc """
  Lets many processes make the same call at the same time.

      iex> counter = Roundtrip.Native.counter_new(:mutex)
      iex> run = Roundtrip.Mutation.Contention.run(4, 20, fn -> Roundtrip.Native.counter_add(counter, 1) end)
      iex> Roundtrip.Native.counter_get(counter) == run.calls
      true

  The processes run for a fixed time and not for a fixed number of calls. Otherwise a process might
  end before the next one has started, and nothing would compete.

  The loop around the call is in this module because it is compiled here. In a notebook's cell it
  would be interpreted, and the interpreter would be measured with it.
  """

  @batch 50
  @rounds 3

  @typedoc """
  What a run measured:

    * `calls` - the number of calls of all processes;
    * `nanoseconds` - the time from the first start to the last end, divided by `calls`;
    * `overlap` - the share of that time in which every process was running, from 0 to 1.
  """
  @type run :: %{calls: pos_integer(), nanoseconds: float(), overlap: float()}

  @typedoc "A name, and the call that it names."
  @type variant :: {atom(), fun()}

  @doc """
  Repeats `fun` in each of `processes` processes for `milliseconds`.

  The processes start together. If a call raises or exits, this function exits too.
  """
  @spec run(pos_integer(), pos_integer(), fun()) :: run()
  def run(processes, milliseconds, fun) do
    caller = self()
    workers = for _ <- 1..processes, do: spawn_monitor(fn -> wait_and_repeat(caller, fun) end)
    duration = System.convert_time_unit(milliseconds, :millisecond, :native)
    deadline = System.monotonic_time() + duration
    for {pid, _monitor} <- workers, do: send(pid, {:repeat_until, deadline})

    {counts, starts, stops} = workers |> Enum.map(&await/1) |> unzip3()
    calls = Enum.sum(counts)
    elapsed = Enum.max(stops) - Enum.min(starts)
    together = max(Enum.min(stops) - Enum.max(starts), 0)

    %{
      calls: calls,
      nanoseconds: System.convert_time_unit(elapsed, :native, :nanosecond) / calls,
      overlap: together / elapsed
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

  # Each process takes its own times, so that waking it isn't measured.
  defp wait_and_repeat(caller, fun) do
    receive do
      {:repeat_until, deadline} ->
        start = System.monotonic_time()
        calls = repeat_until(deadline, fun, 0)
        send(caller, {self(), {calls, start, System.monotonic_time()}})
    end
  end

  defp repeat_until(deadline, fun, calls) do
    repeat(@batch, fun)
    # With more processes than schedulers, each has to have its turn soon.
    :erlang.yield()
    calls = calls + @batch
    if System.monotonic_time() < deadline, do: repeat_until(deadline, fun, calls), else: calls
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
