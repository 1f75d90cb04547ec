defmodule Roundtrip.Server.Stats do
  @moduledoc """
  What a server counted of itself, up to one moment.

    * `:requests` - requests whose head was read
    * `:in_flight` - requests that are read or wait for their answer now
    * `:connections` - open now
    * `:refused` - connections and requests that were answered 503, for there were too many or
      nobody to take them
    * `:malformed` - connections closed for what hyper could not read as HTTP
    * `:statuses` - answers by the class of their status
    * `:latency` - from a request's head to its answer, in microseconds
  """

  @keys [:requests, :in_flight, :connections, :refused, :malformed, :statuses, :latency]
  @enforce_keys @keys
  defstruct @keys

  @type t :: %__MODULE__{
          requests: non_neg_integer(),
          in_flight: non_neg_integer(),
          connections: non_neg_integer(),
          refused: non_neg_integer(),
          malformed: non_neg_integer(),
          statuses: %{
            success: non_neg_integer(),
            redirection: non_neg_integer(),
            client_error: non_neg_integer(),
            server_error: non_neg_integer()
          },
          latency: Roundtrip.Resources.Snapshot.t()
        }
end
