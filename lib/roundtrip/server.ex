defmodule Roundtrip.Server do
  @moduledoc ~S'''
  An HTTP/1.1 server: Rust reads requests and writes responses, and handlers in Elixir answer.

      defmodule Greeter do
        use Roundtrip.Server.Router

        get "/hello/:name" do
          text("Hello, #{params["name"]}")
        end
      end

      children = [{Roundtrip.Server, port: 4000, handler: Greeter}]
      Supervisor.start_link(children, strategy: :one_for_one)

  Rust's HTTP library, hyper, reads whole requests on threads of its own, within limits on size and
  time. Each request arrives as a message, `{:request, %Roundtrip.Server.Request{}}`, in one of a
  pool of receivers. The handler returns a `Roundtrip.Server.Response`, which Rust sends. While a
  handler works, no Rust thread waits for it, and no Elixir process ever waits for a client.

  ## Every client gets an answer

  | if | the client gets |
  |---|---|
  | the handler raises, throws, exits, or returns something other than a response | 500 at once, and the log has an entry |
  | the handler is killed | 500 at once |
  | the last reference to the request is dropped | 500 |
  | the handler takes longer than `:deadline`, and is then killed | 503 |
  | the handler takes longer than `:shutdown` when the server stops | 503 |
  | there are more than `:max_in_flight` requests, or no receiver | 503 with `Retry-After` |
  | a body, a request target or a head is larger than its limit | 413, 414 or 431 |
  | all bodies in flight together are larger than `:max_body_total` | 503 with `Retry-After` |
  | the request isn't valid HTTP by RFC 9110 and RFC 9112 | 400 |

  What a handler raises is logged with its stack trace, and with the metadata `:crash_reason` and
  `:callers` that `Logger` documents. `Roundtrip.Server.Telemetry` lists the events that the server
  emits for each request.

  A client that only closes its sending half gets its answer. After a request with a
  Transfer-Encoding, such as a chunked upload, the connection is closed: if a proxy reads another end
  into such a request than this server does, no request can be hidden behind it. A client that uploads
  in chunks therefore needs a connection for each upload; with a Content-Length it doesn't.

  ## Supervision

  A server is a supervisor of three children with the strategy `:one_for_all`:

    * `Roundtrip.Server.Listener` owns Rust's server, which stops when its owner dies;
    * a supervisor of the receivers, which restarts each of them alone;
    * `Roundtrip.Server.Drainer` is stopped first, and waits for the requests in flight.

  A server that was started with port 0 keeps the port that it got, even when it is restarted.
  `Roundtrip.Server.Options` lists all options.
  '''

  use Supervisor

  alias Roundtrip.Server.{Drainer, Listener, Native, Options, Receiver}
  alias Roundtrip.Server.{Request, Responder, Response, Stats}

  @typedoc "A server: its pid, or the name that it was started with."
  @type server :: pid() | GenServer.name()

  @doc """
  Answers a request. It is called in a process of its own or in a receiver, depending on `:mode`. The
  process dictionary of a process of its own has `:"$callers"`, as that of a `Task` has.

  Return `:later` if another process will call `respond/2`.
  """
  @callback handle(Request.t()) :: Response.t() | :later

  @doc """
  Answers a request like `c:handle/1`. It is called for the handler `{module, options}`, with these
  options.
  """
  @callback handle(Request.t(), options :: term()) :: Response.t() | :later

  @optional_callbacks handle: 1, handle: 2

  @doc """
  Returns a child specification for a server with the options of `Roundtrip.Server.Options`.

  Its id is the server's `:name`, or unique if there is none. One specification can start several
  servers at the same time, if their port is 0. Raises an `ArgumentError` for a wrong
  option, so that it is raised where the option is written.
  """
  @spec child_spec(keyword()) :: Supervisor.child_spec()
  def child_spec(opts) do
    %Options{name: name} = options = Options.validate!(opts)

    # The port memory is part of the specification, so it outlives a restart of the whole server.
    %{
      id: name || {__MODULE__, make_ref()},
      start: {__MODULE__, :start_link, [options, Listener.new_port_memory()]},
      type: :supervisor,
      shutdown: :infinity
    }
  end

  @doc """
  Starts a server that is linked to the caller, with the options of `Roundtrip.Server.Options`.
  It accepts requests when this function returns.

  Returns `{:error, reason}` with the system's reason, such as `:eaddrinuse`, if the port can't be
  bound. Raises an `ArgumentError` for a wrong option.
  """
  @spec start_link(keyword()) :: Supervisor.on_start()
  def start_link(opts), do: start_link(Options.validate!(opts), Listener.new_port_memory())

  @doc false
  @spec start_link(Options.t(), Listener.port_memory()) :: Supervisor.on_start()
  def start_link(%Options{name: name} = options, port_memory) do
    name = if name, do: [name: name], else: []

    case Supervisor.start_link(__MODULE__, {options, port_memory}, name) do
      {:error, {:shutdown, {:failed_to_start_child, Listener, reason}}} -> {:error, reason}
      started -> started
    end
  end

  @impl true
  def init({options, port_memory}) do
    port_memory = Listener.claim_port_memory(port_memory)
    registry = Listener.new_registry()

    children = [
      {Listener, {options, port_memory, registry}},
      %{id: Receiver, start: {Receiver, :start_pool, [options, registry]}, type: :supervisor},
      {Drainer, {options, registry}}
    ]

    # The receivers need the listener. A few kills in a row are no reason to give up.
    Supervisor.init(children, strategy: :one_for_all, max_restarts: 10)
  end

  @doc "Returns the address and the port that the server listens on."
  @spec address(server()) :: {:inet.ip_address(), :inet.port_number()}
  def address(server), do: server |> native() |> Native.address()

  @doc "Returns the address as a URL without a path, such as `http://127.0.0.1:4000`."
  @spec url(server()) :: String.t()
  def url(server), do: server |> address() |> Listener.url()

  @doc "Returns what the server has counted and measured since its listener started."
  @spec stats(server()) :: Stats.t()
  def stats(server), do: server |> native() |> Native.stats()

  defp native(server) do
    {Listener, listener, :worker, _modules} =
      server |> Supervisor.which_children() |> List.keyfind!(Listener, 0)

    Listener.server(listener)
  end

  @doc """
  Stops a server, and returns when it has stopped: requests in flight are answered, within the
  server's `:shutdown` or with a 503 after it, and idle connections are closed.

  If the server is supervised, its supervisor restarts it; use `Supervisor.terminate_child/2` to
  stop it for good. After `timeout` milliseconds the caller exits, while the server goes on stopping.
  """
  @spec stop(server(), timeout()) :: :ok
  def stop(server, timeout \\ :infinity), do: Supervisor.stop(server, :normal, timeout)

  @doc """
  Answers a request, once, from any process.

  A handler that returns `:later` has passed its request on to a process that calls this function:

      def handle(request) do
        Queue.push(request)
        :later
      end

  Returns `:ok` when Rust has taken the response, or an error:

    * `{:error, :already_sent}` - the request was answered before;
    * `{:error, :timeout}` - the deadline has passed, and the client got a 503;
    * `{:error, :closed}` - the client has reset its connection, or the server has stopped. A client
      that has closed it is not noticed, because it could still be reading.

  Raises an `ArgumentError` that names the status, the header or the body that can't be sent. The
  request can still be answered then. When the last reference to an unanswered request is dropped,
  Rust answers it with 500.
  """
  @spec respond(Request.t(), Response.t()) :: :ok | {:error, :already_sent | :timeout | :closed}
  defdelegate respond(request, response), to: Responder

  @doc """
  Names the process that will answer a request whose handler returned `:later`.

  If that process dies before it has answered, or is dead already, the client gets a 500 at once,
  even while other processes still refer to the request.
  """
  @spec assign(Request.t(), pid()) :: :ok
  defdelegate assign(request, pid), to: Responder

  @doc """
  Returns whether a response can still be sent: none was, the deadline hasn't passed, and the client is
  connected. After it has returned `false`, the request no longer counts in `:max_in_flight`.
  """
  @spec open?(Request.t()) :: boolean()
  defdelegate open?(request), to: Responder
end
