# Usage: elixir resources.exs LIBRARY, where LIBRARY is resources.c built, without its extension.

defmodule Bench.Resources do
  @on_load :load

  def load, do: :erlang.load_nif(String.to_charlist(hd(System.argv())), 0)

  def witness_new(_owner, _name), do: :erlang.nif_error(:nif_not_loaded)
  def shelf_new, do: :erlang.nif_error(:nif_not_loaded)
  def shelf_put(_shelf, _witness), do: :erlang.nif_error(:nif_not_loaded)
  def shelf_take(_shelf), do: :erlang.nif_error(:nif_not_loaded)
end

defmodule Bench.Resources.Check do
  import Bench.Resources

  def run do
    collected()
    shelved()
    shelf_collected()
    refused()
  end

  defp collected do
    me = self()
    {:ok, holder} = Agent.start_link(fn -> witness_new(me, :held) end)
    :erlang.garbage_collect(holder)
    alive!(:held)
    let_go(holder)
    dropped!(:held)
    IO.puts("collected with its last term")
  end

  defp shelved do
    me = self()
    shelf = shelf_new()
    nil = shelf_take(shelf)
    {:ok, holder} = Agent.start_link(fn -> witness_new(me, :shelved) end)
    :ok = Agent.get(holder, &shelf_put(shelf, &1))
    let_go(holder)
    alive!(:shelved)
    Agent.update(holder, fn nil -> shelf_take(shelf) end)
    let_go(holder)
    dropped!(:shelved)
    IO.puts("kept by the shelf alone, until it was taken")
  end

  defp shelf_collected do
    me = self()
    {:ok, holder} = Agent.start_link(fn -> shelf_new() end)
    :ok = Agent.get(holder, &shelf_put(&1, witness_new(me, :first)))
    :ok = Agent.get(holder, &shelf_put(&1, witness_new(me, :second)))
    :erlang.garbage_collect(holder)
    dropped!(:first)
    alive!(:second)
    Agent.stop(holder)
    dropped!(:second)
    IO.puts("released by the shelf's own destructor")
  end

  defp refused do
    for wrong <- [make_ref(), witness_new(self(), :other), nil] do
      try do
        shelf_take(wrong)
      rescue
        ArgumentError -> :ok
      else
        other -> raise "shelf_take(#{inspect(wrong)}) gave #{inspect(other)}"
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
