defmodule Roundtrip.FirstCall.EchoPort do
  @moduledoc """
  A port to the program `cat`, which sends back what it receives: the least that a call of another
  program costs.

  Each message is preceded by its length in four bytes, so `cat` returns whole messages, and the VM
  splits what it reads into the same messages.
  """

  @type t :: port()

  @doc "Starts the program, or returns `nil` if this machine has none, as on most Windows."
  @spec open() :: t() | nil
  def open do
    if cat = System.find_executable("cat"),
      do: Port.open({:spawn_executable, cat}, [:binary, packet: 4])
  end

  @doc "Sends a message, and returns the answer."
  @spec call(t(), binary()) :: binary()
  def call(port, message) do
    Port.command(port, message)

    receive do
      {^port, {:data, answer}} -> answer
    end
  end

  @doc "Closes the port, which ends the program."
  @spec close(t()) :: :ok
  def close(port) do
    true = Port.close(port)
    :ok
  end
end
