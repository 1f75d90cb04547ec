defmodule Roundtrip.Server do
  @moduledoc ~S'''
  An HTTP/1.1 server: Rust reads and writes the wire, Elixir answers.

      defmodule Greeter do
        use Roundtrip.Server.Router

        get "/hello/:name" do
          text("Hello, #{params["name"]}")
        end
      end

      children = [{Roundtrip.Server, port: 4000, handler: Greeter}]
      Supervisor.start_link(children, strategy: :one_for_one)

  hyper, on threads of its own, takes connections and reads requests whole, within bounds. Each
  becomes a message, `{:request, %Roundtrip.Server.Request{}}`, to one of a pool of receivers. The
  handler's `Roundtrip.Server.Response` goes back by the handle in the request. Rust waits for it
  without a thread, and Elixir never waits for a client.

  ## Whatever happens, the client is answered

  | | the client gets |
  |---|---|
  | the handler raises, throws, exits, or gives no response | 500 at once, and the log a line |
  | the handler is killed | 500 at once |
  | nobody can answer any more, for the handle is gone | 500 |
  | the handler takes longer than `:deadline` | 503 |
  | more requests than `:max_in_flight`, or nobody to take them | 503, `Retry-After` |
  | a body or a head beyond its bound | 413, 431 |

  ## Supervision

  A server is a supervisor of three, and what befalls one of them befalls all:

    * `Roundtrip.Server.Listener` owns Rust's server, which stops when its owner dies;
    * the receivers, under a supervisor of their own, in which one that dies is replaced alone;
    * `Roundtrip.Server.Drain` is stopped first, and waits for what is in flight.

  A server that was given port 0 keeps the port that it found, over the restarts of its parts and
  over its own. `Roundtrip.Server.Options` lists what a server may be told.
  '''

  use Supervisor

  alias Roundtrip.Server.{Drain, Listener, Native, Options, Receiver, Request, Response, Stats}

  @typedoc "A server: its pid, or the name that it was given."
  @type server :: pid() | atom()

  # A body beyond it is copied on a dirty scheduler: tens of microseconds for each MiB.
  @large 65_536

  @doc """
  Answers a request. It is called in a process of its own, or in a receiver, as `:mode` says.

  `:later` promises that somebody calls `respond/2`.
  """
  @callback handle(Request.t()) :: Response.t() | :later

  @doc """
  How a supervisor starts a server, with the options of `Roundtrip.Server.Options`.

  A wrong option raises an `ArgumentError` here, where it is written.
  """
  @spec child_spec(keyword()) :: Supervisor.child_spec()
  def child_spec(opts) do
    %Options{name: name} = options = Options.validate!(opts)

    # The memory of the port stands in the specification, and so outlives the server's restart.
    %{
      id: name || __MODULE__,
      start: {__MODULE__, :start_link, [options, Listener.memory()]},
      type: :supervisor,
      shutdown: :infinity
    }
  end

  @doc """
  Starts a server, linked to the caller, with the options of `Roundtrip.Server.Options`. When it
  returns, the server takes requests.

  What the system says to the port arrives as it is, such as `{:error, :eaddrinuse}`.
  """
  @spec start_link(keyword()) :: Supervisor.on_start()
  def start_link(opts), do: start_link(Options.validate!(opts), Listener.memory())

  @doc false
  @spec start_link(Options.t(), Listener.memory()) :: Supervisor.on_start()
  def start_link(%Options{name: name} = options, memory) do
    name = if name, do: [name: name], else: []

    case Supervisor.start_link(__MODULE__, {options, memory}, name) do
      {:error, {:shutdown, {:failed_to_start_child, Listener, reason}}} -> {:error, reason}
      started -> started
    end
  end

  @impl true
  def init({options, memory}) do
    board = Listener.board()

    children = [
      {Listener, {options, memory, board}},
      %{id: Receiver, start: {Receiver, :pool, [options, board]}, type: :supervisor},
      {Drain, {options, board}}
    ]

    # Without its listener nothing is of use. A few kills in a row are no reason to give up.
    Supervisor.init(children, strategy: :one_for_all, max_restarts: 10)
  end

  @doc "Where the server listens."
  @spec address(server()) :: {:inet.ip_address(), :inet.port_number()}
  def address(server), do: server |> native() |> Native.address()

  @doc "The address as a URL without a path, such as `http://127.0.0.1:4000`."
  @spec url(server()) :: String.t()
  def url(server) do
    {ip, port} = address(server)
    host = ip |> :inet.ntoa() |> to_string()
    host = if tuple_size(ip) == 8, do: "[#{host}]", else: host
    "http://#{host}:#{port}"
  end

  @doc "What the server has counted and measured since its listener started."
  @spec stats(server()) :: Stats.t()
  def stats(server), do: server |> native() |> Native.stats()

  defp native(server) do
    {Listener, listener, :worker, _modules} =
      server |> Supervisor.which_children() |> List.keyfind!(Listener, 0)

    Listener.server(listener)
  end

  @doc """
  Stops a server and returns when it has stopped: what is in flight is answered, up to the
  server's `:shutdown`, and idle connections are closed.

  A server that stands under a supervisor is started again by it; `Supervisor.terminate_child/2`
  stops such a one for good. After `timeout` milliseconds the caller exits, and the server stops
  on its own.
  """
  @spec stop(server(), timeout()) :: :ok
  def stop(server, timeout \\ :infinity), do: Supervisor.stop(server, :normal, timeout)

  @doc """
  Answers a request, from any process, once.

  A handler that gives `:later` has passed the request on to somebody who will call this:

      def handle(request) do
        Queue.push(request)
        :later
      end

    * `{:error, :already_sent}` - the request has its answer;
    * `{:error, :timeout}` - the deadline has passed, and the client has its 503;
    * `{:error, :closed}` - the client has gone, or the server has stopped.

  A status, a header or a body that must not be sent is an `ArgumentError` that names it; the
  request can still be answered. A handle that nobody holds any more answers 500.
  """
  @spec respond(Request.t(), Response.t()) :: :ok | {:error, :already_sent | :timeout | :closed}
  def respond(%Request{ref: ref}, %Response{status: status, headers: headers, body: body})
      when status in 200..599 and length(headers) >= 0 do
    if size(body) > @large,
      do: Native.respond_large(ref, status, headers, body),
      else: Native.respond(ref, status, headers, body)
  end

  def respond(%Request{}, %Response{status: status}) when status not in 200..599,
    do: raise(ArgumentError, "status must be from 200 to 599, not #{inspect(status)}")

  def respond(%Request{}, %Response{headers: headers}),
    do: raise(ArgumentError, "headers must be a list, not #{inspect(headers)}")

  defp size(body) when is_binary(body), do: byte_size(body)

  defp size(body) do
    IO.iodata_length(body)
  rescue
    ArgumentError -> raise ArgumentError, "body must be iodata"
  end

  @doc """
  Says who will answer a request `:later`: where that process dies before it has, or is dead, the
  client gets its 500 at once, even while others hold the request.
  """
  @spec assign(Request.t(), pid()) :: :ok
  def assign(%Request{ref: ref}, pid), do: Native.assign(ref, pid)

  @doc "Whether an answer can still be sent: `false` once it was, or once the client has gone."
  @spec open?(Request.t()) :: boolean()
  def open?(%Request{ref: ref}), do: Native.open?(ref)
end
