defmodule Roundtrip.Mutation.Holder do
  @moduledoc """
  A process that holds a histogram's lock, as a long calculation in Rust would.

  It waits in a dirty NIF, so that holding the lock stops nobody who does not want it.
  """

  alias Roundtrip.Native

  @enforce_keys [:pid, :signal]
  defstruct [:pid, :signal]

  @type t :: %__MODULE__{pid: pid(), signal: reference()}

  @doc """
  Takes the lock, for at most so many milliseconds, and returns once it is held.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> holder = Roundtrip.Mutation.Holder.hold(histogram, 1000)
      iex> Roundtrip.Native.histogram_try_record(histogram, 5)
      {:error, :busy}
      iex> Roundtrip.Mutation.Holder.release(holder)
      iex> Roundtrip.Native.histogram_try_record(histogram, 5)
      :ok
  """
  @spec hold(reference(), 0..1000) :: t()
  def hold(histogram, milliseconds) do
    owner = self()
    signal = Native.counter_new(:atomic)
    pid = spawn_link(fn -> Native.histogram_hold(histogram, milliseconds, signal, owner) end)

    receive do
      :held -> %__MODULE__{pid: pid, signal: signal}
    end
  end

  @doc "Lets go of the lock, and returns once it is free."
  @spec release(t()) :: :ok
  def release(%__MODULE__{} = holder) do
    monitor = Process.monitor(holder.pid)
    Native.counter_add(holder.signal, 1)

    receive do
      {:DOWN, ^monitor, :process, _, _} -> :ok
    end
  end
end
