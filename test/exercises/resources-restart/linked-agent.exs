# Keeps the histogram in an agent that the supervisor knows nothing of.
defmodule Recorder do
  use GenServer

  def start_supervisor do
    {:ok, agent} = Agent.start_link(fn -> Histogram.new() end)
    Supervisor.start_link([{Recorder, agent}], strategy: :one_for_one)
  end

  def start_link(agent), do: GenServer.start_link(__MODULE__, agent)
  def record(recorder, microseconds), do: GenServer.call(recorder, {:record, microseconds})
  def count(recorder), do: GenServer.call(recorder, :count)

  @impl true
  def init(agent), do: {:ok, Agent.get(agent, & &1)}

  @impl true
  def handle_call({:record, microseconds}, _from, histogram) do
    {:reply, :ok, Histogram.record(histogram, microseconds)}
  end

  def handle_call(:count, _from, histogram) do
    {:reply, Histogram.snapshot(histogram).count, histogram}
  end
end
