defmodule Roundtrip.Server.Receiver do
  @moduledoc """
  One of the pool to which Rust sends requests, in turn.

  In `:inline` mode it calls the handler itself. In `:task` mode it starts a process for each
  request, linked to it, and goes on. A task supervisor would be asked, and would answer, once a
  request; a link asks nobody. The receiver traps exits, so that a handler which dies takes
  nobody with it, and a receiver which dies takes its handlers with it: none is left behind.

  It remembers which request each process answers. Where one is killed it answers 500 at once;
  where the receiver itself is killed, the handles of its requests go with it, and Rust answers.
  """

  use GenServer

  alias Roundtrip.Server
  alias Roundtrip.Server.{Handler, Listener, Options, Response}

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
    {:ok, %{mode: mode, handler: handler, requests: %{}}}
  end

  @impl true
  def handle_info({:request, request}, %{mode: :inline} = state) do
    case Handler.run(state.handler, request) do
      :answered -> {:noreply, state}
      :later -> {:noreply, state, {:continue, :forget}}
    end
  end

  def handle_info({:request, request}, %{mode: :task} = state) do
    task = spawn_link(__MODULE__, :run, [state.handler, request])
    {:noreply, put_in(state.requests[task], request)}
  rescue
    # The VM has as many processes as it may.
    SystemLimitError ->
      Server.respond(request, busy())
      {:noreply, state}
  end

  def handle_info({:EXIT, pid, reason}, state) do
    case Map.pop(state.requests, pid) do
      {nil, _requests} -> {:noreply, state}
      {request, requests} -> ended(reason, request, %{state | requests: requests})
    end
  end

  def handle_info(_other, state), do: {:noreply, state}

  defp ended(:normal, _request, state), do: {:noreply, state}
  defp ended({:shutdown, :later}, _request, state), do: {:noreply, state, {:continue, :forget}}

  defp ended(reason, request, state) do
    Handler.died(request, state.handler, reason)
    {:noreply, state}
  end

  # A request that nobody can answer any more is answered by Rust, when its handle is dropped. Of
  # one that went elsewhere a copy is left here as garbage, which would keep the handle.
  @impl true
  def handle_continue(:forget, state) do
    :erlang.garbage_collect()
    {:noreply, state}
  end

  defp busy do
    %Response{status: 503, headers: [{"retry-after", "1"}], body: "Service Unavailable\n"}
  end

  @doc false
  def run(handler, request) do
    if Handler.run(handler, request) == :later, do: exit({:shutdown, :later})
  end
end
