defmodule Roundtrip.Messages.Relay do
  @moduledoc """
  Passes each message on to where Rust cannot send: a process of another node, or a name there.
  """

  use GenServer

  @doc """
  Starts one. `to` is whatever `send/2` takes.

      iex> {:ok, relay} = Roundtrip.Messages.Relay.start_link(self())
      iex> Roundtrip.Native.send_by(:env_send, relay)
      iex> receive do: (message -> message)
      :hi
  """
  @spec start_link(pid() | atom() | {atom(), node()}) :: GenServer.on_start()
  def start_link(to), do: GenServer.start_link(__MODULE__, to)

  @impl true
  def init(to), do: {:ok, to}

  @impl true
  def handle_info(message, to) do
    send(to, message)
    {:noreply, to}
  end
end
