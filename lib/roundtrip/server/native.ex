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

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
