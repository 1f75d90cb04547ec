defmodule Roundtrip.Messages.Relay do
  @moduledoc """
  Forwards every message to a process that Rust can't send to: one on another node, or a name there.

      iex> {:ok, relay} = Roundtrip.Messages.Relay.start_link(self())
      iex> send(relay, :hi)
      iex> receive do: (message -> message)
      :hi
  """

  use GenServer

  @doc "Starts a relay to `to`, which is any destination that `send/2` takes."
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
