defmodule Roundtrip.Server.Config do
  @moduledoc """
  What Rust is told when a server starts. `Roundtrip.Server.Options` makes it from what the caller
  wrote; on the Rust side it is a struct with `NifStruct`.
  """

  @enforce_keys []
  defstruct [
    :host,
    :port,
    workers: 1,
    max_body: 1_000_000,
    max_headers: 16_384,
    max_connections: 1_024,
    max_in_flight: 1_024,
    header_timeout: 10_000,
    body_timeout: 30_000,
    idle_timeout: 60_000,
    write_timeout: 30_000,
    deadline: 30_000,
    answer_in_rust: false
  ]

  @typedoc "Sizes in bytes, times in milliseconds."
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
