defmodule Roundtrip.Server.Native do
  @moduledoc """
  The NIFs of `Roundtrip.Server`. Use the functions of that module instead.

      config = %Roundtrip.Server.Config{port: 4000}
      {:ok, server} = Roundtrip.Server.Native.start(config, self())

  Each function is a stub: loading the library replaces it with the Rust function of the same name
  and arity, in `native/server/src/`. It is a library of its own, so that only lessons that use the
  server load hyper and tokio.
  """

  use Roundtrip.Precompiled, crate: "roundtrip_server", path: "native/server"

  alias Roundtrip.Server.{Config, Stats}

  @typedoc "A running server. It stops when its owner dies, or when the last reference to it is dropped."
  @type server :: reference()

  @typedoc "The right to answer a request, once. Rust answers 500 if it is dropped before."
  @type ref :: reference()

  @typedoc "Why a server can't start; `:einval` stands for any other reason of the system."
  @type start_error :: :eacces | :eaddrinuse | :eaddrnotavail | :einval | :no_thread | :noproc

  @doc "Keeps the resource types that threads and dirty NIFs create. `Roundtrip.Precompiled` calls it."
  @spec keep_types() :: :ok
  def keep_types, do: stub()

  @doc "Returns how many Rust values of this library Elixir refers to now."
  @spec live_resources() :: non_neg_integer()
  def live_resources, do: stub()

  @doc "Returns one value of every struct that both sides define, for `Roundtrip.Structs.Contract`."
  @spec struct_samples() :: [struct()]
  def struct_samples, do: stub()

  @doc """
  Starts a server that runs until `owner` dies or `stop/2` is called.

  When the owner dies, the port is closed at once and requests in flight are dropped.
  Raises an `ArgumentError` that names the field of the configuration that is out of range.
  """
  @spec start(Config.t(), owner :: pid()) :: {:ok, server()} | {:error, start_error()}
  def start(_config, _owner), do: stub()

  @doc "Returns the address and the port that the server listens on."
  @spec address(server()) :: {:inet.ip_address(), :inet.port_number()}
  def address(_server), do: stub()

  @doc """
  Adds a process to those that receive `{:request, %Roundtrip.Server.Request{}}`, round robin.

  The server removes it when it dies. Adding it again changes nothing. Requests that come while there is none are answered 503.
  """
  @spec join(server(), pid()) :: :ok
  def join(_server, _pid), do: stub()

  @doc """
  Stops accepting requests, closes idle connections, and gives the requests in flight `deadline`
  milliseconds, or as long as they take, to be answered. Those that are not get a 503, which takes at most one second more.

  Returns at once. When the server's threads have ended, its owner receives
  `{:roundtrip_server_stopped, server}`.
  """
  @spec stop(server(), deadline :: timeout()) :: :ok
  def stop(_server, _deadline), do: stub()

  @doc "Names the process that will answer, as in `Roundtrip.Server.assign/2`."
  @spec assign(ref(), pid()) :: :ok
  def assign(_ref, _pid), do: stub()

  @doc """
  Answers a request. `:timeout` means that the deadline has passed, `:closed` that the client has
  reset the connection.

  Raises an `ArgumentError` that names the header if its name isn't a token, if its value has control
  characters, or if Rust sets it itself: `connection` other than `close`, `content-length`,
  `keep-alive`, `te`, `transfer-encoding` and `upgrade`. Nothing is sent then, and the request can still be answered.
  Responses to HEAD, and those with status 204, 205 or 304, are sent without the body.

  Returns `:large`, and does nothing, if the headers have more than 16 KiB or the body more than 64
  KiB or 4,096 list cells: use `respond_large/4` then.
  """
  @spec respond(ref(), status :: 200..599, headers :: [{binary(), binary()}], body :: iodata()) ::
          :ok | :large | {:error, :already_sent | :timeout | :closed}
  def respond(_ref, _status, _headers, _body), do: stub()

  @doc """
  Answers like `respond/4`, on a dirty scheduler.

  Raises an `ArgumentError` if the headers have more than 1 MiB, or the body more than 256 MiB or
  4,194,304 list cells. A list can hold the same part many times: `a = [a, a]`, repeated 40 times,
  takes a few words, but has a trillion parts. So Rust reads only as far as these limits.
  """
  @spec respond_large(ref(), 200..599, [{binary(), binary()}], iodata()) ::
          :ok | {:error, :already_sent | :timeout | :closed}
  def respond_large(_ref, _status, _headers, _body), do: stub()

  @doc "Returns whether a response can still be sent: `false` after one was, or a reset."
  @spec open?(ref()) :: boolean()
  def open?(_ref), do: stub()

  @doc "Returns what the server has counted and measured so far."
  @spec stats(server()) :: Stats.t()
  def stats(_server), do: stub()

  # The first version

  @doc """
  Starts the first version of the server, which sends `{:request, request}` to `owner`, and returns
  its port. Raises an `ErlangError` if the port is taken, and an `ArgumentError` unless `pool_size` is
  from 1 to 64.
  """
  @doc panics: "in its threads, if a client's body isn't text"
  @spec first_start(struct(), pid()) :: :inet.port_number()
  def first_start(_config, _owner), do: stub()

  @doc "Answers a request of the first version: returns `:ok` in any case, or raises an `ErlangError`."
  @doc blocks: "writes to the socket, for up to 100 ms"
  @spec first_respond(struct(), struct()) :: :ok
  def first_respond(_request, _response), do: stub()

  @doc """
  Stops the threads of all first versions, closes the clients they read from, and returns how many were started, including those that
  had died. The original had no such function; here it lets a lesson end without threads.
  """
  @spec first_clean_up() :: non_neg_integer()
  def first_clean_up, do: stub()

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
