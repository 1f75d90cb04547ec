defmodule Roundtrip.Structs.DriftedRequest do
  @moduledoc """
  A request on which the two sides do not agree: Rust encodes a `path`, and there is none here;
  here is a `body`, and Rust has none.

  tinybeam's request lacked its `path` so. It is kept for teaching; `Roundtrip.Structs.Contract` finds it.
  """

  @enforce_keys [:method]
  defstruct [:method, :body]

  @type t :: %__MODULE__{method: String.t(), body: String.t() | nil}
end
