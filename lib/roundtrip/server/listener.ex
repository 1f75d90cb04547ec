defmodule Roundtrip.Server.Listener do
  @moduledoc """
  Owns the server that Rust runs. When this process dies, Rust stops that server and closes its
  port.

  A restarted listener binds the port that it had before, even if that was assigned by the system
  for port 0. The old server may need a moment to close the port, so a restarted listener retries
  for up to five seconds. A first start fails at once, because then somebody else has the port.
  """

  use GenServer

  alias Roundtrip.Server.{Native, Options}

  require Logger

  @typedoc "An ETS table in which the processes of one server find its listener."
  @type registry :: :ets.table()

  @typedoc """
  An `:atomics` array with the port that was bound last, or 0, and the supervisor whose port it is. It
  outlives all restarts.
  """
  @type port_memory :: :atomics.atomics_ref()

  @retry_interval 20
  @attempts 250

  @doc "Creates a port memory that remembers no port yet."
  @spec new_port_memory() :: port_memory()
  def new_port_memory, do: :atomics.new(2, signed: false)

  @doc """
  Makes the calling supervisor the owner of a port memory, and returns it. Returns a new one while
  another server owns it, because a child specification can start several servers.
  """
  @spec claim_port_memory(port_memory()) :: port_memory()
  def claim_port_memory(port_memory) do
    owner = :atomics.get(port_memory, 2)

    with false <- owner != 0 and Process.alive?(integer_to_pid(owner)),
         :ok <- :atomics.compare_exchange(port_memory, 2, owner, pid_to_integer(self())) do
      port_memory
    else
      _owned -> new_port_memory()
    end
  end

  # An `:atomics` array holds integers only.
  defp pid_to_integer(pid) do
    {:ok, [id, serial], []} = :io_lib.fread(~c"<0.~d.~d>", :erlang.pid_to_list(pid))
    Bitwise.bsl(id, 32) + serial
  end

  defp integer_to_pid(integer),
    do: :c.pid(0, Bitwise.bsr(integer, 32), Bitwise.band(integer, 0xFFFFFFFF))

  @doc "Creates a registry, which is deleted when the calling process ends."
  @spec new_registry() :: registry()
  def new_registry, do: :ets.new(__MODULE__, [:public])

  @doc """
  Starts the listener and the server that it owns.

  Returns `{:error, reason}` with the system's reason, such as `:eaddrinuse`, if the server can't
  bind its port.
  """
  @spec start_link({Options.t(), port_memory(), registry()}) :: GenServer.on_start()
  def start_link(args), do: GenServer.start_link(__MODULE__, args)

  @doc "Adds the calling process to the receivers of requests."
  @spec join(registry()) :: :ok
  def join(registry), do: registry |> whereis() |> GenServer.call({:join, self()})

  @doc "Returns Rust's server, after waiting for its port if the listener does."
  @spec server(pid()) :: Native.server()
  def server(listener), do: GenServer.call(listener, :server, @retry_interval * @attempts + 5_000)

  @doc "Stops accepting, and returns when all is answered, or after `deadline` milliseconds."
  @spec drain(pid(), timeout()) :: :ok
  def drain(listener, deadline) do
    GenServer.call(listener, {:drain, deadline}, Options.extend(deadline, 2_000))
  catch
    # The listener is dead, so Rust has stopped the server already.
    :exit, _reason -> :ok
  end

  @doc "Returns an address as a URL without a path."
  @spec url({:inet.ip_address(), :inet.port_number()}) :: String.t()
  def url({ip, port}) do
    host = ip |> :inet.ntoa() |> to_string()
    host = if tuple_size(ip) == 8, do: "[#{host}]", else: host
    "http://#{host}:#{port}"
  end

  @doc "Returns the listener that is registered."
  @spec whereis(registry()) :: pid()
  def whereis(registry), do: :ets.lookup_element(registry, :listener, 2)

  @impl true
  def init({%Options{} = options, port_memory, registry}) do
    :ets.insert(registry, {:listener, self()})
    port = :atomics.get(port_memory, 1)
    options = if port == 0, do: options, else: put_in(options.config.port, port)
    attempts = if port == 0, do: 1, else: @attempts

    state = %{
      options: options,
      port_memory: port_memory,
      attempts: attempts,
      server: nil,
      waiting_receivers: [],
      waiting_callers: [],
      drain_caller: nil
    }

    case bind(state) do
      {:ok, state} -> {:ok, state}
      {:error, reason} -> {:stop, reason}
    end
  end

  defp bind(state) do
    case Native.start(state.options.config, self()) do
      {:ok, server} ->
        {:ok, bound(%{state | server: server})}

      {:error, :eaddrinuse} when state.attempts > 1 ->
        Process.send_after(self(), :bind, @retry_interval)
        {:ok, %{state | attempts: state.attempts - 1}}

      {:error, reason} ->
        {:error, reason}
    end
  end

  defp bound(%{server: server} = state) do
    {_ip, port} = address = Native.address(server)
    :atomics.put(state.port_memory, 1, port)
    log_start(state.options, address)
    for receiver <- state.waiting_receivers, do: Native.join(server, receiver)
    for from <- state.waiting_callers, do: GenServer.reply(from, server)
    %{state | waiting_receivers: [], waiting_callers: []}
  end

  defp log_start(%Options{startup_log: false}, _address), do: :ok

  defp log_start(%Options{startup_log: level, handler: handler}, address) do
    module = inspect(Options.handler_module(handler))
    Logger.log(level, fn -> "Running #{module} with Roundtrip.Server at #{url(address)}" end)
  end

  @impl true
  def handle_info(:bind, state) do
    case bind(state) do
      {:ok, state} -> {:noreply, state}
      {:error, reason} -> {:stop, reason, state}
    end
  end

  def handle_info({:roundtrip_server_stopped, _server}, state) do
    for from <- List.wrap(state.drain_caller), do: GenServer.reply(from, :ok)
    {:noreply, %{state | drain_caller: nil}}
  end

  def handle_info(_other, state), do: {:noreply, state}

  @impl true
  def handle_call({:join, receiver}, _from, %{server: nil} = state),
    do: {:reply, :ok, %{state | waiting_receivers: [receiver | state.waiting_receivers]}}

  def handle_call({:join, receiver}, _from, state) do
    Native.join(state.server, receiver)
    {:reply, :ok, state}
  end

  def handle_call(:server, from, %{server: nil} = state),
    do: {:noreply, %{state | waiting_callers: [from | state.waiting_callers]}}

  def handle_call(:server, _from, state), do: {:reply, state.server, state}

  def handle_call({:drain, _deadline}, _from, %{server: nil} = state), do: {:reply, :ok, state}

  def handle_call({:drain, deadline}, from, state) do
    Native.stop(state.server, deadline)
    {:noreply, %{state | drain_caller: from}}
  end
end
