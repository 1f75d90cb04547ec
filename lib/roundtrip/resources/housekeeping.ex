defmodule Roundtrip.Resources.Housekeeping do
  @moduledoc """
  Where destructors run: in the housekeeping that a normal scheduler does between two processes.

  A reference that goes, in a garbage collection or anywhere else, only puts the destructor on the
  scheduler's list. The VM's microstate accounting counts the time that the list takes.
  """

  @rounds 3

  @doc """
  Returns when every destructor that was waiting has run, and every one that these have caused: a
  value that is dropped lets go of the resources that it held.

      iex> Roundtrip.Resources.Housekeeping.settle()
      :ok
  """
  @spec settle() :: :ok
  def settle do
    # To ask is housekeeping, too: each scheduler answers after what waited on its list. The second
    # time is for what the first has caused.
    for _ <- 1..2, do: :erlang.statistics(:microstate_accounting)
    :ok
  end

  @doc """
  How many milliseconds the schedulers spent on housekeeping while what `make` had made was
  collected and dropped; the least of #{@rounds} rounds.

      iex> alias Roundtrip.Resources.Housekeeping
      iex> Housekeeping.milliseconds(fn -> Roundtrip.Native.slow_drop_new(20) end) > 15
      true
  """
  @spec milliseconds(fun()) :: float()
  def milliseconds(make) do
    counted = :erlang.system_flag(:microstate_accounting, true)

    try do
      Enum.min(for _ <- 1..@rounds, do: round_of(make)) / 1000
    after
      :erlang.system_flag(:microstate_accounting, counted)
    end
  end

  defp round_of(make) do
    before = microseconds()
    Task.await(Task.async(fn -> lose(make) end), :infinity)
    microseconds() - before
  end

  defp lose(make) do
    true = is_reference(make.())
    :erlang.garbage_collect()
  end

  # As in settle/0, no scheduler answers before its list is done.
  defp microseconds do
    for %{type: :scheduler, counters: %{aux: aux}} <- :erlang.statistics(:microstate_accounting),
        reduce: 0 do
      sum -> sum + :erlang.convert_time_unit(aux, :perf_counter, :microsecond)
    end
  end
end
