defmodule Roundtrip.Server.Drainer do
  @moduledoc """
  Delays the shutdown of a server until the requests in flight are answered.

  It is the last child of a server's supervisor, so it is stopped first, while the processes that
  answer are still running.
  """

  use GenServer

  alias Roundtrip.Server.{Listener, Options}

  # The supervisor waits this much longer than the drain itself, in milliseconds, before it kills.
  @margin 3_000

  @doc false
  @spec child_spec({Options.t(), Listener.registry()}) :: Supervisor.child_spec()
  def child_spec({options, _registry} = args) do
    %{
      id: __MODULE__,
      start: {__MODULE__, :start_link, [args]},
      shutdown: Options.extend(options.shutdown, @margin)
    }
  end

  @doc "Starts the drainer, which does nothing until it is stopped."
  @spec start_link({Options.t(), Listener.registry()}) :: GenServer.on_start()
  def start_link(args), do: GenServer.start_link(__MODULE__, args)

  @impl true
  def init({options, registry}) do
    Process.flag(:trap_exit, true)
    # Looked up now, because the registry is deleted when the supervisor is killed.
    {:ok, {Listener.whereis(registry), options.shutdown}}
  end

  @impl true
  def terminate(_reason, {listener, deadline}), do: Listener.drain(listener, deadline)
end
