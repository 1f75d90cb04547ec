# Usage: elixir resources.exs LIBRARY, where LIBRARY is resources.c built, without its extension.

defmodule Bench.Resources do
  @on_load :load

  def load, do: :erlang.load_nif(String.to_charlist(hd(System.argv())), 0)

  def drop_notifier_new(_owner, _name), do: :erlang.nif_error(:nif_not_loaded)
  def slot_new, do: :erlang.nif_error(:nif_not_loaded)
  def slot_put(_slot, _notifier), do: :erlang.nif_error(:nif_not_loaded)
  def slot_take(_slot), do: :erlang.nif_error(:nif_not_loaded)
end

defmodule Bench.Resources.Check do
  import Bench.Resources

  def run do
    collected()
    in_slot()
    slot_collected()
    refused()
  end

  defp collected do
    me = self()
    {:ok, holder} = Agent.start_link(fn -> drop_notifier_new(me, :held) end)
    :erlang.garbage_collect(holder)
    alive!(:held)
    let_go(holder)
    dropped!(:held)
    IO.puts("collected with its last term")
  end

  defp in_slot do
    me = self()
    slot = slot_new()
    nil = slot_take(slot)
    {:ok, holder} = Agent.start_link(fn -> drop_notifier_new(me, :in_slot) end)
    :ok = Agent.get(holder, &slot_put(slot, &1))
    let_go(holder)
    alive!(:in_slot)
    Agent.update(holder, fn nil -> slot_take(slot) end)
    let_go(holder)
    dropped!(:in_slot)
    IO.puts("kept by the slot alone, until it was taken")
  end

  defp slot_collected do
    me = self()
    {:ok, holder} = Agent.start_link(fn -> slot_new() end)
    :ok = Agent.get(holder, &slot_put(&1, drop_notifier_new(me, :first)))
    :ok = Agent.get(holder, &slot_put(&1, drop_notifier_new(me, :second)))
    :erlang.garbage_collect(holder)
    dropped!(:first)
    alive!(:second)
    Agent.stop(holder)
    dropped!(:second)
    IO.puts("released by the slot's own destructor")
  end

  defp refused do
    for wrong <- [make_ref(), drop_notifier_new(self(), :other), nil] do
      try do
        slot_take(wrong)
      rescue
        ArgumentError -> :ok
      else
        other -> raise "slot_take(#{inspect(wrong)}) gave #{inspect(other)}"
      end
    end

    IO.puts("refused as a resource of another type")
  end

  defp let_go(holder) do
    Agent.update(holder, fn _ -> nil end)
    :erlang.garbage_collect(holder)
  end

  defp alive!(name) do
    # Each scheduler answers after the destructors that waited there.
    :erlang.statistics(:microstate_accounting)

    receive do
      {:dropped, ^name} -> raise "#{name} was dropped too early"
    after
      0 -> :ok
    end
  end

  defp dropped!(name) do
    receive do
      {:dropped, ^name} -> :ok
    after
      5_000 -> raise "the destructor of #{name} did not run"
    end
  end
end

Bench.Resources.Check.run()
