# it starts a job for each caller
defmodule PrimeDesk do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)

  @impl true
  def init(nil), do: {:ok, %{}}

  @impl true
  def handle_call({:count, limit}, from, jobs) do
    case Native.job_start(limit, from) do
      {:ok, job} -> {:noreply, Map.put(jobs, from, job)}
      {:error, _reason} = error -> {:reply, error, jobs}
    end
  end

  def handle_call(:running, _from, jobs), do: {:reply, map_size(jobs), jobs}

  @impl true
  def handle_info({:primes, from, outcome}, jobs) do
    GenServer.reply(from, outcome)
    {:noreply, Map.delete(jobs, from)}
  end
end
