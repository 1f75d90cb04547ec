defmodule Roundtrip.Mutation.Holder do
  @moduledoc """
  A process that holds a histogram's lock, as a long calculation in Rust would.

  It waits in a dirty NIF, so that holding the lock stops nobody who does not want it.
  """

  alias Roundtrip.Native

  @enforce_keys [:pid, :monitor, :signal]
  defstruct [:pid, :monitor, :signal]

  @type t :: %__MODULE__{pid: pid(), monitor: reference(), signal: reference()}

  @doc """
  Takes the lock, for at most so many milliseconds, and returns once it is held.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> holder = Roundtrip.Mutation.Holder.hold(histogram, 1000)
      iex> Roundtrip.Native.histogram_try_record(histogram, 5)
      {:error, :busy}
      iex> Roundtrip.Mutation.Holder.release(holder)
      :released
      iex> Roundtrip.Native.histogram_try_record(histogram, 5)
      :ok
  """
  @spec hold(reference(), 0..1000) :: t()
  def hold(histogram, milliseconds) do
    owner = self()
    signal = Native.counter_new(:atomic)
    hold = fn -> exit(Native.histogram_hold(histogram, milliseconds, signal, owner)) end
    {pid, monitor} = spawn_monitor(hold)

    receive do
      :held -> %__MODULE__{pid: pid, monitor: monitor, signal: signal}
      {:DOWN, ^monitor, :process, ^pid, reason} -> exit(reason)
    end
  end

  @doc """
  Lets go of the lock, and returns once it is free: `:timed_out` where it was free already, because
  the time was over.
  """
  @spec release(t()) :: :released | :timed_out
  def release(%__MODULE__{pid: pid, monitor: monitor, signal: signal}) do
    Native.counter_add(signal, 1)

    receive do
      {:DOWN, ^monitor, :process, ^pid, how} -> how
    end
  end
end
