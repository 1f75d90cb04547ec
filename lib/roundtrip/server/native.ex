defmodule Roundtrip.Server.Native do
  @moduledoc """
  The NIFs of the capstone's server, in a library of their own.

  Each function here is a stub: loading the library puts the Rust function of the same name and
  arity in its place. The Rust stands in `native/server/src/`.
  """

  use Roundtrip.Precompiled, crate: "roundtrip_server", path: "native/server"

  alias Roundtrip.Server.{Config, Stats}

  @typedoc "A running server. When its owner ends, or nobody knows it any more, it stops."
  @type server :: reference()

  @typedoc "The right to answer one request, once. Let go unanswered, it is answered 500."
  @type ref :: reference()

  @typedoc "Why a server cannot start; `:einval` where the system has another reason."
  @type refusal :: :eacces | :eaddrinuse | :eaddrnotavail | :einval | :no_thread | :noproc

  @doc "How many values this library holds for Elixir now."
  @spec live_resources() :: non_neg_integer()
  def live_resources, do: stub()

  @doc "One value of every struct that both sides define."
  @spec struct_samples() :: [struct()]
  def struct_samples, do: stub()

  @doc """
  Binds, and serves until `owner` ends or `stop/2` is called.

  When the owner ends, the port is free at once and what is in flight is dropped.
  Raises `ArgumentError` with the field of the configuration that is out of range.
  """
  @spec start(Config.t(), owner :: pid()) :: {:ok, server()} | {:error, refusal()}
  def start(_config, _owner), do: stub()

  @doc "Where it listens."
  @spec address(server()) :: {:inet.ip_address(), :inet.port_number()}
  def address(_server), do: stub()

  @doc """
  Adds a process to those that get `{:request, %Roundtrip.Server.Request{}}`, in turn.

  It leaves them when it ends. Without any, requests are answered 503.
  """
  @spec join(server(), pid()) :: :ok
  def join(_server, _pid), do: stub()

  @doc """
  Stops: accepts no more at once, closes idle connections, and finishes what is in flight, for
  `deadline` milliseconds at most.

  Returns at once. When the server's threads have ended, its owner gets
  `{:roundtrip_server_stopped, server}`.
  """
  @spec stop(server(), deadline :: non_neg_integer()) :: :ok
  def stop(_server, _deadline), do: stub()

  @doc """
  Says which process will answer: when that ends without an answer, the client gets 500 at once,
  wherever else the handle may still be held. A later call hands the request on to another process.
  """
  @spec assign(ref(), pid()) :: :ok
  def assign(_ref, _pid), do: stub()

  @doc """
  Answers. `:timeout` says that the deadline has passed, `:closed` that the client is gone.

  The status is from 200 to 599. Headers that frame the message (`connection`, `content-length`,
  `keep-alive`, `te`, `transfer-encoding`, `upgrade`) belong to the server: they are refused, as
  are names that are no tokens and values with control characters, by an `ArgumentError` that names
  the header; nothing is sent then, and the request can still be answered. HEAD, 204 and 304 are
  sent without the body.
  """
  @spec respond(ref(), status :: 200..599, headers :: [{binary(), binary()}], body :: iodata()) ::
          :ok | {:error, :already_sent | :timeout | :closed}
  def respond(_ref, _status, _headers, _body), do: stub()

  @doc "`respond/4` on a dirty scheduler, for a body whose copy takes a while."
  @spec respond_large(ref(), 200..599, [{binary(), binary()}], iodata()) ::
          :ok | {:error, :already_sent | :timeout | :closed}
  def respond_large(_ref, _status, _headers, _body), do: stub()

  @doc "Whether an answer would still reach the client, as far as is known."
  @spec open?(ref()) :: boolean()
  def open?(_ref), do: stub()

  @doc "What the server counted so far."
  @spec stats(server()) :: Stats.t()
  def stats(_server), do: stub()

  # first version

  @doc """
  Binds the first version to a port, and starts its threads. Requests come to `owner` as
  `{:request, request}`. Returns the port. A port that is taken is an ErlangError.
  """
  @spec first_start(struct(), pid()) :: :inet.port_number()
  def first_start(_config, _owner), do: stub()

  @doc "Answers a request of the first version: it always says `:ok`, or raises an ErlangError."
  @spec first_respond(struct(), struct()) :: :ok
  def first_respond(_request, _response), do: stub()

  @doc """
  Ends the threads of every first version: so that a lesson leaves nothing, for the first version
  had no such thing. Returns how many there were, those that had died included.
  """
  @spec first_clean_up() :: non_neg_integer()
  def first_clean_up, do: stub()

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
