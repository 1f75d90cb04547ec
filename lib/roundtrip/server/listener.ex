defmodule Roundtrip.Server.Listener do
  @moduledoc """
  Owns the server that Rust runs. When this process dies, for whatever reason, Rust stops the
  server and lets go of its port.

  It starts again on the port that it had, also where that was port 0 at first. The old server may
  need a moment to let the port go, so a restarted listener asks again, by a timer and for
  five seconds at most. A first start does not: there the port is somebody else's.
  """

  use GenServer

  alias Roundtrip.Server.{Native, Options}

  @typedoc "Where the processes of one server find its listener: an ETS table of its supervisor."
  @type board :: :ets.table()

  @typedoc "The port that was bound last, or 0, in `:atomics` that outlive every restart."
  @type memory :: :atomics.atomics_ref()

  @pause 20
  @attempts 250

  @doc "A memory of no port."
  @spec memory() :: memory()
  def memory, do: :atomics.new(1, signed: false)

  @doc "A board for the processes of one server. It is gone with the process that calls this."
  @spec board() :: board()
  def board, do: :ets.new(__MODULE__, [:public])

  @doc "Starts the server; `{:error, reason}` with the system's word where it cannot be bound."
  @spec start_link({Options.t(), memory(), board()}) :: GenServer.on_start()
  def start_link(args), do: GenServer.start_link(__MODULE__, args)

  @doc "Adds the caller to those that get requests."
  @spec join(board()) :: :ok
  def join(board), do: board |> whereis() |> GenServer.call({:join, self()})

  @doc "Rust's server. While the listener waits for its port, so does the caller."
  @spec server(pid()) :: reference()
  def server(listener), do: GenServer.call(listener, :server, @pause * @attempts + 5_000)

  @doc """
  Accepts nothing more, and returns when what was in flight is answered, or after `deadline`
  milliseconds.
  """
  @spec drain(board(), non_neg_integer()) :: :ok
  def drain(board, deadline) do
    board |> whereis() |> GenServer.call({:drain, deadline}, deadline + 2_000)
  catch
    # The listener is gone, and with it the server.
    :exit, _reason -> :ok
  end

  defp whereis(board), do: :ets.lookup_element(board, :listener, 2)

  @impl true
  def init({%Options{config: config}, memory, board}) do
    :ets.insert(board, {:listener, self()})
    bound = :atomics.get(memory, 1)
    config = if bound == 0, do: config, else: %{config | port: bound}
    attempts = if bound == 0, do: 1, else: @attempts

    state = %{
      config: config,
      memory: memory,
      attempts: attempts,
      server: nil,
      receivers: [],
      waiting: [],
      draining: nil
    }

    case bind(state) do
      {:ok, state} -> {:ok, state}
      {:error, reason} -> {:stop, reason}
    end
  end

  defp bind(state) do
    case Native.start(state.config, self()) do
      {:ok, server} ->
        {:ok, bound(%{state | server: server})}

      {:error, :eaddrinuse} when state.attempts > 1 ->
        Process.send_after(self(), :bind, @pause)
        {:ok, %{state | attempts: state.attempts - 1}}

      {:error, reason} ->
        {:error, reason}
    end
  end

  defp bound(%{server: server} = state) do
    {_ip, port} = Native.address(server)
    :atomics.put(state.memory, 1, port)
    for receiver <- state.receivers, do: Native.join(server, receiver)
    for from <- state.waiting, do: GenServer.reply(from, server)
    %{state | receivers: [], waiting: []}
  end

  @impl true
  def handle_info(:bind, state) do
    case bind(state) do
      {:ok, state} -> {:noreply, state}
      {:error, reason} -> {:stop, reason, state}
    end
  end

  def handle_info({:roundtrip_server_stopped, _server}, state) do
    for from <- List.wrap(state.draining), do: GenServer.reply(from, :ok)
    {:noreply, %{state | draining: nil}}
  end

  def handle_info(_other, state), do: {:noreply, state}

  @impl true
  def handle_call({:join, receiver}, _from, %{server: nil} = state),
    do: {:reply, :ok, %{state | receivers: [receiver | state.receivers]}}

  def handle_call({:join, receiver}, _from, state) do
    Native.join(state.server, receiver)
    {:reply, :ok, state}
  end

  def handle_call(:server, from, %{server: nil} = state),
    do: {:noreply, %{state | waiting: [from | state.waiting]}}

  def handle_call(:server, _from, state), do: {:reply, state.server, state}

  def handle_call({:drain, _deadline}, _from, %{server: nil} = state), do: {:reply, :ok, state}

  def handle_call({:drain, deadline}, from, state) do
    Native.stop(state.server, deadline)
    {:noreply, %{state | draining: from}}
  end
end
