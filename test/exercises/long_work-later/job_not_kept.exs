# it forgets the job, which is then garbage collected and cancelled
defmodule PrimeDesk do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)

  @impl true
  def init(nil), do: {:ok, %{}}

  @impl true
  def handle_call({:count, limit}, from, jobs) when is_map_key(jobs, limit) do
    {job, callers} = jobs[limit]
    {:noreply, Map.put(jobs, limit, {job, [from | callers]})}
  end

  def handle_call({:count, limit}, from, jobs) do
    case Native.job_start(limit, limit) do
      {:ok, _job} ->
        :erlang.garbage_collect()
        {:noreply, Map.put(jobs, limit, {nil, [from]})}

      {:error, _reason} = error ->
        {:reply, error, jobs}
    end
  end

  def handle_call(:running, _from, jobs), do: {:reply, map_size(jobs), jobs}

  @impl true
  def handle_info({:primes, limit, outcome}, jobs) do
    {{_job, callers}, jobs} = Map.pop!(jobs, limit)
    for from <- callers, do: GenServer.reply(from, outcome)
    {:noreply, jobs}
  end
end
