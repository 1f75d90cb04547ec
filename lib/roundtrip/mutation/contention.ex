defmodule Roundtrip.Mutation.Contention do
  @moduledoc """
  Times a call that many processes make at once.

      iex> counter = Roundtrip.Native.counter_new(:mutex)
      iex> add = fn -> Roundtrip.Native.counter_add(counter, 1) end
      iex> nanoseconds = Roundtrip.Mutation.Contention.nanoseconds(4, 100, add)
      iex> {Roundtrip.Native.counter_get(counter), nanoseconds > 0}
      {400, true}

  The loop around the call is in this module because it is compiled here. In a notebook's cell it
  would be interpreted, and the interpreter would be measured with it.
  """

  @rounds 5
  @calls 4_000

  @typedoc "A name, and the call that it names."
  @type variant :: {atom(), fun()}

  @doc """
  Calls `fun` `calls` times in each of `processes` processes, and returns the nanoseconds per call:
  the time from the first start to the last end, divided by the number of all calls.

  The processes start together. If a call raises or exits, this function exits too.
  """
  @spec nanoseconds(pos_integer(), pos_integer(), fun()) :: float()
  def nanoseconds(processes, calls, fun) do
    caller = self()

    workers =
      for _ <- 1..processes, do: spawn_monitor(fn -> wait_and_repeat(caller, calls, fun) end)

    for {pid, _monitor} <- workers, do: send(pid, :start)
    {starts, stops} = workers |> Enum.map(&await/1) |> Enum.unzip()
    elapsed = Enum.max(stops) - Enum.min(starts)
    System.convert_time_unit(elapsed, :native, :nanosecond) / (processes * calls)
  end

  @doc """
  Returns the nanoseconds per call of each variant, by name and then by number of processes.

  The variants take turns in #{@rounds} rounds, and each figure is the minimum of its rounds: a busy
  machine slows some rounds, but what the call itself costs is in every one. In each round the
  processes share #{@calls} calls, so that every variant is called equally often.
  """
  @spec compare([variant()], [pos_integer()]) :: %{
          atom() => %{pos_integer() => non_neg_integer()}
        }
  def compare(variants, process_counts) do
    rounds = for _ <- 1..@rounds, do: measure_round(variants, process_counts)
    Enum.reduce(rounds, &merge_minima/2)
  end

  defp measure_round(variants, process_counts) do
    for {name, fun} <- variants, into: %{} do
      {name, Map.new(process_counts, &{&1, round(nanoseconds(&1, div(@calls, &1), fun))})}
    end
  end

  defp merge_minima(a, b) do
    Map.merge(a, b, fn _name, a, b -> Map.merge(a, b, fn _count, a, b -> min(a, b) end) end)
  end

  # Each process takes its own times, so that waking it isn't measured.
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
