defmodule Roundtrip.Server.Request do
  @moduledoc """
  An HTTP request, as Rust builds it for a handler.

      def handle(%Roundtrip.Server.Request{method: :get, path: "/"}), do: ...

    * `:method` - an atom; `:non_standard` for a method that isn't in RFC 9110 or RFC 5789
    * `:path` - still percent-encoded; for CONNECT the host and the port
    * `:query` - the text after the `?`, still percent-encoded, or `nil`
    * `:headers` - `{name, value}` pairs; names are in lower case, values may have any bytes but
      control characters, and headers with the same name are next to each other, in their order;
      `host` is that of the target if the client has sent a whole URL as the target
    * `:peer` - the client's address and port, as in `:inet`
    * `:version` - `:"HTTP/1.0"` or `:"HTTP/1.1"`
    * `:body` - a binary
    * `:ref` - the reference that `Roundtrip.Server.respond/2` uses to answer, once
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
