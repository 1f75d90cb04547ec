defmodule Roundtrip.Resources.Destructors do
  @moduledoc """
  Waits for the destructors of resources, and measures the scheduler time that they take.

      iex> alias Roundtrip.Resources.Destructors
      iex> Destructors.milliseconds(fn -> Roundtrip.Native.slow_drop_new(20) end) > 15
      true
      iex> Destructors.await()
      :ok

  When the last reference to a resource is gone, the VM only puts its destructor on a scheduler's
  list of auxiliary work. A normal scheduler does that work between two processes, and the VM's
  microstate accounting counts the time as `aux`.
  """

  @rounds 3

  @doc "Waits until all pending destructors have run, and those of the resources that they drop."
  @spec await() :: :ok
  def await do
    # The request is auxiliary work itself, so a scheduler answers it after the destructors before
    # it on its list. The second request waits for those that the first ones caused.
    for _ <- 1..2, do: :erlang.statistics(:microstate_accounting)
    :ok
  end

  @doc """
  Returns the milliseconds of auxiliary work that the schedulers did while the resource returned by
  `make` was garbage collected and dropped. It is the median of #{@rounds} rounds, because a busy machine
  may distort one of them in either direction.
  """
  @spec milliseconds((() -> reference())) :: float()
  def milliseconds(make) do
    accounting = :erlang.system_flag(:microstate_accounting, true)

    try do
      rounds = for _ <- 1..@rounds, do: measure_round(make)
      Enum.at(Enum.sort(rounds), div(@rounds, 2)) / 1000
    after
      :erlang.system_flag(:microstate_accounting, accounting)
    end
  end

  defp measure_round(make) do
    # What was dropped before must not count in this round, and what this round drops must.
    await()
    before = auxiliary_microseconds()
    Task.await(Task.async(fn -> make_and_drop(make) end), :infinity)
    await()
    auxiliary_microseconds() - before
  end

  defp make_and_drop(make) do
    true = is_reference(make.())
    :erlang.garbage_collect()
  end

  # As in `await/0`, no scheduler answers before its pending destructors have run.
  defp auxiliary_microseconds do
    for %{type: :scheduler, counters: %{aux: aux}} <- :erlang.statistics(:microstate_accounting),
        reduce: 0 do
      sum -> sum + :erlang.convert_time_unit(aux, :perf_counter, :microsecond)
    end
  end
end
