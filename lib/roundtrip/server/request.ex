defmodule Roundtrip.Server.Request do
  @moduledoc """
  A request, as Rust hands it to a handler. It arrives whole: head and body are read, and bounded,
  before Elixir hears of it.

  What a client sends is bytes. Nothing here was decoded, and nothing became an atom but the
  method, of which there are ten.
  """

  @enforce_keys [:method, :path, :query, :headers, :peer, :version, :body, :ref]
  defstruct [:method, :path, :query, :headers, :peer, :version, :body, :ref]

  @typedoc "A method of the standard, or `:non_standard` for every other."
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

  @typedoc """
    * `path`, `query` - as sent, percent signs and all; no `?` in the request, no query (`nil`);
    * `headers` - names in lower case, in the order in which they came; values are any bytes;
    * `ref` - the right to answer once, held by Rust.
  """
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
