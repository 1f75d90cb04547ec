# Keeps the histogram in a table that the recorder owns, and that ends with it.
defmodule Recorder do
  use GenServer

  def start_supervisor do
    Supervisor.start_link([{Recorder, 60_000_000}], strategy: :one_for_one)
  end

  def start_link(longest), do: GenServer.start_link(__MODULE__, longest)
  def record(recorder, microseconds), do: GenServer.call(recorder, {:record, microseconds})
  def count(recorder), do: GenServer.call(recorder, :count)

  @impl true
  def init(longest) do
    table = :ets.new(:histograms, [])
    :ets.insert(table, {:histogram, Histogram.new(longest)})
    {:ok, :ets.lookup_element(table, :histogram, 2)}
  end

  @impl true
  def handle_call({:record, microseconds}, _from, histogram) do
    {:reply, :ok, Histogram.record(histogram, microseconds)}
  end

  def handle_call(:count, _from, histogram) do
    {:reply, Histogram.snapshot(histogram).count, histogram}
  end
end
