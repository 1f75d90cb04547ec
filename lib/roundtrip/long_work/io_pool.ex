defmodule Roundtrip.LongWork.IOPool do
  @moduledoc """
  Fills the pool of dirty I/O schedulers, for a moment, to show who needs one.

      iex> Roundtrip.LongWork.IOPool.fill(fn ->
      ...>   Task.yield(Task.async(Roundtrip.Native, :block_dirty, [0]), 10)
      ...> end)
      nil
  """

  alias Roundtrip.Native

  @milliseconds 1_000

  @doc """
  Runs `fun` while a NIF waits on every dirty I/O scheduler, and returns its result.

  Nothing else can use the pool meanwhile: no process of the VM can open or read a file, for example.
  After #{@milliseconds} ms the schedulers are free again, even if `fun` hasn't returned.
  """
  @spec fill((() -> result)) :: result when result: term()
  def fill(fun) do
    latch = Native.latch_new()
    waiting = for _ <- 1..:erlang.system_info(:dirty_io_schedulers), do: wait(latch)

    try do
      for _ <- waiting, do: receive(do: ({:waiting, ^latch} -> :ok))
      fun.()
    after
      Native.latch_open(latch)
      Task.await_many(waiting)
    end
  end

  defp wait(latch), do: Task.async(Native, :latch_wait, [latch, self(), @milliseconds])
end
