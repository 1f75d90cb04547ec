defmodule Roundtrip.Server.Stats do
  @moduledoc "What a server has counted since it started, and what it holds now."

  alias Roundtrip.Resources.Snapshot

  @enforce_keys [:requests, :in_flight, :connections, :refused, :malformed, :statuses, :latency]
  defstruct @enforce_keys

  @typedoc """
    * `requests` - heads that were read; `in_flight` - of those, the ones without an answer yet;
    * `connections` - open now;
    * `refused` - requests and connections beyond a limit; `malformed` - what was no HTTP;
    * `statuses` - answers by the class of their status;
    * `latency` - from the head of a request to its answer.
  """
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
          latency: Snapshot.t()
        }
end
