defmodule Roundtrip.Server.Drain do
  @moduledoc """
  The last child of a server, and so the first that its supervisor stops: it holds the others up
  until what is in flight is answered, for they are the ones who answer.
  """

  use GenServer

  alias Roundtrip.Server.{Listener, Options}

  # What a supervisor grants beyond the deadline, before it kills.
  @margin 3_000

  @doc false
  @spec child_spec({Options.t(), Listener.board()}) :: Supervisor.child_spec()
  def child_spec({options, _board} = args) do
    %{
      id: __MODULE__,
      start: {__MODULE__, :start_link, [args]},
      shutdown: options.shutdown + @margin
    }
  end

  @doc "Starts it. It does nothing until it is stopped."
  @spec start_link({Options.t(), Listener.board()}) :: GenServer.on_start()
  def start_link(args), do: GenServer.start_link(__MODULE__, args)

  @impl true
  def init(args) do
    Process.flag(:trap_exit, true)
    {:ok, args}
  end

  @impl true
  def terminate(_reason, {options, board}), do: Listener.drain(board, options.shutdown)
end
