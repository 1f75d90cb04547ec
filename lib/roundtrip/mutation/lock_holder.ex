defmodule Roundtrip.Mutation.LockHolder do
  @moduledoc """
  A process that holds a histogram's lock, as a long computation in Rust would.

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> holder = Roundtrip.Mutation.LockHolder.hold(histogram, 1000)
      iex> Roundtrip.Native.histogram_try_record(histogram, 5)
      {:error, :busy}
      iex> Roundtrip.Mutation.LockHolder.release(holder)
      :released
      iex> Roundtrip.Native.histogram_try_record(histogram, 5)
      :ok

  The process waits in a dirty NIF, so holding the lock blocks no normal scheduler.
  """

  alias Roundtrip.Native

  @enforce_keys [:pid, :monitor, :signal]
  defstruct [:pid, :monitor, :signal]

  @type t :: %__MODULE__{pid: pid(), monitor: reference(), signal: reference()}

  @doc "Takes the lock for at most `milliseconds`, and returns once it is held."
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
  Releases the lock, and returns once it is free.

  Returns `:timed_out` if the time had run out, so that the lock was free already.
  """
  @spec release(t()) :: :released | :timed_out
  def release(%__MODULE__{pid: pid, monitor: monitor, signal: signal}) do
    Native.counter_add(signal, 1)

    receive do
      {:DOWN, ^monitor, :process, ^pid, released_or_timed_out} -> released_or_timed_out
    end
  end
end
