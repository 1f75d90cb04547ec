defmodule Roundtrip.Server.Native do
  @moduledoc """
  The NIFs of the capstone's server, in a library of their own.

  Each function here is a stub: loading the library puts the Rust function of the same name and
  arity in its place. The Rust stands in `native/server/src/`.
  """

  use Roundtrip.Precompiled, crate: "roundtrip_server", path: "native/server"

  @doc "How many values this library holds for Elixir now."
  @spec live_resources() :: non_neg_integer()
  def live_resources, do: stub()

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
