defmodule Roundtrip.Server.Receiver do
  @moduledoc """
  Receives requests from Rust and passes each to the handler. Rust takes the receivers of a server
  in turn.

  In `:inline` mode the receiver calls the handler itself. In `:task` mode it starts a linked process
  for each request. Spawning it here avoids the call per request that a `Task.Supervisor` would need.

  The receiver traps exits, so a handler that dies doesn't take it down, while handlers die with
  their receiver. It remembers and monitors the process that answers each request, answers 500 at
  once for a process that is killed, and kills a process that is still running after the server's
  `:deadline`. If the receiver itself is killed, the VM drops the requests that it held, and Rust
  answers 500 for each.
  """

  use GenServer

  alias Roundtrip.Server.{HandlerRunner, Listener, Options, Responder, Response}

  # In milliseconds. A short deadline must not keep the receiver busy looking for overdue handlers.
  @min_check_interval 10

  @doc "Starts a supervisor of `options.pool_size` receivers."
  @spec start_pool(Options.t(), Listener.registry()) :: Supervisor.on_start()
  def start_pool(%Options{} = options, registry) do
    children =
      for n <- 1..options.pool_size,
          do: Supervisor.child_spec({__MODULE__, {options, registry}}, id: n)

    # Killing an inline handler kills its receiver, and requests must not be able to exhaust the
    # restarts of the server.
    Supervisor.start_link(children, strategy: :one_for_one, max_restarts: 1_000, max_seconds: 1)
  end

  @doc false
  @spec start_link({Options.t(), Listener.registry()}) :: GenServer.on_start()
  def start_link(args), do: GenServer.start_link(__MODULE__, args)

  @impl true
  def init({%Options{mode: mode, handler: handler, config: config}, registry}) do
    Process.flag(:trap_exit, true)
    :ok = Listener.join(registry)
    deadline = config.deadline
    if mode == :task and deadline != :infinity, do: send_kill_overdue(deadline)
    # Loaded here, because a module that isn't loaded exports nothing.
    Code.ensure_loaded(:telemetry)
    callers = [self() | Process.get(:"$callers", [])]
    {:ok, %{mode: mode, handler: handler, deadline: deadline, callers: callers, tasks: %{}}}
  end

  @impl true
  def handle_info({:request, request}, %{mode: :inline} = state) do
    case HandlerRunner.run(state.handler, request) do
      :answered -> {:noreply, state}
      :later -> {:noreply, state, {:continue, :collect_garbage}}
    end
  end

  def handle_info({:request, request}, %{mode: :task} = state) do
    # Monitored as well, because a handler can remove its link.
    args = [state.handler, request, state.callers]
    {task, _monitor} = :erlang.spawn_opt(__MODULE__, :run, args, [:link, :monitor])
    {:noreply, put_in(state.tasks[task], {request, System.monotonic_time()})}
  rescue
    # The VM has reached its limit of processes.
    SystemLimitError ->
      Responder.respond(request, service_unavailable())
      {:noreply, state}
  end

  def handle_info({:DOWN, _monitor, :process, task, reason}, state) do
    case Map.pop(state.tasks, task) do
      {nil, _tasks} -> {:noreply, state}
      {entry, tasks} -> handle_exit(reason, entry, %{state | tasks: tasks})
    end
  end

  def handle_info(:kill_overdue, state) do
    now = System.monotonic_time()
    deadline = System.convert_time_unit(state.deadline, :millisecond, :native)

    for {task, {request, started}} <- state.tasks,
        now - started >= deadline and Process.alive?(task),
        not Responder.open?(request),
        do: HandlerRunner.kill(task, request, state.handler)

    send_kill_overdue(state.deadline)
    {:noreply, state}
  end

  def handle_info(_other, state), do: {:noreply, state}

  defp send_kill_overdue(deadline),
    do: Process.send_after(self(), :kill_overdue, max(div(deadline, 4), @min_check_interval))

  defp handle_exit({:shutdown, :answered}, _entry, state), do: {:noreply, state}

  defp handle_exit({:shutdown, :later}, _entry, state),
    do: {:noreply, state, {:continue, :collect_garbage}}

  defp handle_exit(reason, {request, started}, state) do
    HandlerRunner.handle_exit(request, state.handler, reason, started)
    {:noreply, state}
  end

  # Rust answers 500 when the last reference to a request is dropped. The garbage on this heap
  # would keep a request alive that another process was to answer, and has forgotten.
  @impl true
  def handle_continue(:collect_garbage, state) do
    :erlang.garbage_collect()
    {:noreply, state}
  end

  defp service_unavailable do
    %Response{status: 503, headers: [{"retry-after", "1"}], body: "Service Unavailable\n"}
  end

  @doc false
  def run(handler, request, callers) do
    Process.put(:"$callers", callers)

    # A reason of ours, because a handler may end its process with `:normal` before it has answered.
    exit({:shutdown, HandlerRunner.run(handler, request)})
  end
end
