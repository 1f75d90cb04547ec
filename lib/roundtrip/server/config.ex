defmodule Roundtrip.Server.Config do
  @moduledoc """
  The configuration of Rust's server: the argument of `Roundtrip.Server.Native.start/2`.

      Roundtrip.Server.Native.start(%Roundtrip.Server.Config{port: 4000}, self())

  `Roundtrip.Server.Options` documents the fields, their units and their defaults; `:ip` is text
  here. Rust checks each field, and raises an `ArgumentError` that names the one that is out of range.
  """

  defstruct ip: "127.0.0.1",
            port: 0,
            workers: 2,
            max_body: 8_388_608,
            max_body_total: 268_435_456,
            max_headers: 16_384,
            max_connections: 1_024,
            max_in_flight: 1_024,
            header_timeout: 10_000,
            body_timeout: 30_000,
            idle_timeout: 60_000,
            write_timeout: 30_000,
            deadline: 30_000,
            answer_in_rust: false

  @typedoc "The fields have the types that `Roundtrip.Server.Options` documents."
  @type t :: %__MODULE__{}
end
