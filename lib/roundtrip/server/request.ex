defmodule Roundtrip.Server.Request do
  @moduledoc """
  An HTTP request, as Rust builds it for a handler.

      def handle(%Roundtrip.Server.Request{method: :get, path: "/"}), do: ...

    * `:method` - an atom such as `:get` for a method of RFC 9110 or RFC 5789, and a string such as
      `"PURGE"` for any other, because a client must not be able to create atoms
    * `:scheme` - `:http`; behind a proxy that ends TLS, the proxy's headers tell the client's
    * `:host` - the host that the client has asked, without a port, as in the header `host`; an IPv6
      address is in brackets; `nil` if the header is empty, or missing in HTTP/1.0
    * `:port` - the port in the header `host`, or 80, the default of `:http`; `nil` without a host
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

  @keys [:method, :scheme, :host, :port, :path, :query, :headers, :peer, :version, :body, :ref]
  @enforce_keys @keys
  defstruct @keys

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
          | String.t()

  @type t :: %__MODULE__{
          method: method(),
          scheme: :http,
          host: binary() | nil,
          port: :inet.port_number() | nil,
          path: binary(),
          query: binary() | nil,
          headers: [{binary(), binary()}],
          peer: {:inet.ip_address(), :inet.port_number()},
          version: :"HTTP/1.0" | :"HTTP/1.1",
          body: binary(),
          ref: reference()
        }
end
