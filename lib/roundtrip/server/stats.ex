defmodule Roundtrip.Server.Stats do
  @moduledoc """
  The statistics that `Roundtrip.Server.stats/1` returns.

    * `:requests` - the number of requests whose head was read
    * `:in_flight` - the requests that are being read or answered now, as `:max_in_flight` counts them
    * `:connections` - the connections that are open now
    * `:refused` - connections and requests that were answered 503 because there were too many, or no
      receiver
    * `:malformed` - connections that were closed because hyper couldn't parse what they sent
    * `:statuses` - the number of responses by class of status
    * `:latency` - from a request's head to its response, in microseconds
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
