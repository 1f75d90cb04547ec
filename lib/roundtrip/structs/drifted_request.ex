defmodule Roundtrip.Structs.DriftedRequest do
  @moduledoc """
  A request on which the two sides do not agree: Rust encodes a `path`, and there is none here.

  tinybeam shipped so. It is kept for teaching; `Roundtrip.Structs.Contract` finds it.
  """

  @enforce_keys [:method]
  defstruct [:method]

  @type t :: %__MODULE__{method: String.t()}
end
