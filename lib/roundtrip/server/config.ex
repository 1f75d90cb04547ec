defmodule Roundtrip.Server.Config do
  @moduledoc """
  What `Roundtrip.Server.Native.start/2` is asked for. Rust checks each field, and an
  `ArgumentError` names the one that is out of range.

    * `:host` - IP address to listen on, or `"localhost"`, which is `127.0.0.1`; no name is looked up
    * `:port` - 0 for any free one
    * `:workers` - threads that serve connections
    * `:max_body` - bytes; a larger body is answered 413
    * `:max_headers` - bytes of a request's head; a larger one is answered 431. A head that does not
      end is read up to 8,192 bytes at least
    * `:max_connections` - one more is answered 503 and closed
    * `:max_in_flight` - requests that are read or wait for their answer; one more is answered 503
      with Retry-After
    * `:header_timeout` - milliseconds for a head, from its first byte, and for the first byte of a
      connection; then 408, or a close where nothing came
    * `:body_timeout` - milliseconds for a body, then 408
    * `:idle_timeout` - milliseconds between two requests of a connection, which is then closed
    * `:write_timeout` - milliseconds in which a client must take some of an answer, or is closed
    * `:deadline` - milliseconds for the handler, then 503
    * `:answer_in_rust` - for benchmarks alone: every request is answered 200 with its own body, by
      Rust, and no process is asked

  The limits on heads, bodies, idle connections and writes are noticed at most a quarter of the
  shortest of the four late. A client that reads slowly is seen to take more only when a good part
  of the system's own buffer is free again: `:write_timeout` had better be generous.
  """

  defstruct host: "127.0.0.1",
            port: 0,
            workers: 2,
            max_body: 8_388_608,
            max_headers: 16_384,
            max_connections: 1_024,
            max_in_flight: 1_024,
            header_timeout: 10_000,
            body_timeout: 30_000,
            idle_timeout: 60_000,
            write_timeout: 30_000,
            deadline: 30_000,
            answer_in_rust: false

  @type t :: %__MODULE__{
          host: String.t(),
          port: :inet.port_number(),
          workers: pos_integer(),
          max_body: non_neg_integer(),
          max_headers: pos_integer(),
          max_connections: pos_integer(),
          max_in_flight: pos_integer(),
          header_timeout: pos_integer(),
          body_timeout: pos_integer(),
          idle_timeout: pos_integer(),
          write_timeout: pos_integer(),
          deadline: pos_integer(),
          answer_in_rust: boolean()
        }
end
