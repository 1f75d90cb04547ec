defmodule Roundtrip.Server.Request do
  @moduledoc """
  A request, as Rust builds it.

    * `:method` - an atom; `:non_standard` for one that is not among the nine of RFC 9110 and 5789
    * `:path` - as it was sent, still encoded; for CONNECT the host and the port
    * `:query` - what follows the `?`, still encoded, or `nil`
    * `:headers` - `{name, value}`, names in lower case, values any bytes but control characters;
      those of one name stand together, in their order
    * `:peer` - the client's address, as `:inet` has it
    * `:version` - `:"HTTP/1.0"` or `:"HTTP/1.1"`
    * `:body` - any bytes
    * `:ref` - the right to answer, once; see `Roundtrip.Server.Native.respond/4`
  """

  @enforce_keys [:method, :path, :query, :headers, :peer, :version, :body, :ref]
  defstruct [:method, :path, :query, :headers, :peer, :version, :body, :ref]

  @type method ::
          :get
          | :head
          | :post
          | :put
          | :patch
          | :delete
          | :options
          | :trace
          | :connect
          | :non_standard

  @type t :: %__MODULE__{
          method: method(),
          path: binary(),
          query: binary() | nil,
          headers: [{binary(), binary()}],
          peer: {:inet.ip_address(), :inet.port_number()},
          version: :"HTTP/1.0" | :"HTTP/1.1",
          body: binary(),
          ref: reference()
        }
end
