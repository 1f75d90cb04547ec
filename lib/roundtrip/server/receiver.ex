defmodule Roundtrip.Server.Receiver do
  @moduledoc """
  One of the pool to which Rust sends requests, in turn.

  In `:inline` mode it calls the handler itself. In `:task` mode it starts a process for each
  request, linked to it, and goes on. A task supervisor would be asked, and would answer, once a
  request; a link asks nobody. The receiver traps exits, so that a handler which dies takes
  nobody with it, and a receiver which dies takes its handlers with it: none is left behind.

  Rust monitors each such process, and answers 500 at once where it dies unanswered.
  """

  use GenServer

  alias Roundtrip.Server
  alias Roundtrip.Server.{Handler, Listener, Native, Options, Response}

  @doc "A supervisor of `options.pool_size` receivers."
  @spec pool(Options.t(), Listener.board()) :: Supervisor.on_start()
  def pool(%Options{} = options, board) do
    children =
      for n <- 1..options.pool_size,
          do: Supervisor.child_spec({__MODULE__, {options, board}}, id: n)

    # An inline handler that is killed is a receiver killed: requests must not stop the server.
    Supervisor.start_link(children, strategy: :one_for_one, max_restarts: 1_000, max_seconds: 1)
  end

  @doc false
  @spec start_link({Options.t(), Listener.board()}) :: GenServer.on_start()
  def start_link(args), do: GenServer.start_link(__MODULE__, args)

  @impl true
  def init({%Options{mode: mode, handler: handler}, board}) do
    Process.flag(:trap_exit, true)
    :ok = Listener.join(board)
    {:ok, {mode, handler}}
  end

  @impl true
  def handle_info({:request, request}, {:inline, handler} = state) do
    case Handler.run(handler, request) do
      :answered -> {:noreply, state}
      :later -> {:noreply, state, {:continue, :forget}}
    end
  end

  def handle_info({:request, request}, {:task, handler} = state) do
    task(handler, request)
    {:noreply, state}
  end

  def handle_info({:EXIT, _task, :normal}, state), do: {:noreply, state}
  def handle_info({:EXIT, _task, _reason}, state), do: {:noreply, state, {:continue, :forget}}
  def handle_info(_other, state), do: {:noreply, state}

  # A request that nobody can answer any more is answered by Rust when its handle is dropped. Of
  # one that went elsewhere the receiver has a copy left, as garbage, which would keep the handle.
  @impl true
  def handle_continue(:forget, state) do
    :erlang.garbage_collect()
    {:noreply, state}
  end

  defp task(handler, request) do
    spawn_link(__MODULE__, :run, [handler, request])
  rescue
    # As many processes as the VM has room for.
    SystemLimitError ->
      busy = %Response{
        status: 503,
        headers: [{"retry-after", "1"}],
        body: "Service Unavailable\n"
      }

      Server.respond(request, busy)
  end

  @doc false
  def run(handler, request) do
    if Handler.run(handler, request) == :later, do: exit({:shutdown, :later})
  end
end
