defmodule Roundtrip.Structs.Request do
  @moduledoc "A request on which both sides agree."

  @enforce_keys [:method, :path]
  defstruct [:method, :path]

  @type t :: %__MODULE__{method: String.t(), path: String.t()}
end
