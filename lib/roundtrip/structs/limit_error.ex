defmodule Roundtrip.Structs.LimitError do
  @moduledoc "Raised by Rust when a value is over its limit."

  @enforce_keys [:message, :value, :limit]
  defexception [:message, :value, :limit]

  @type t :: %__MODULE__{message: String.t(), value: integer(), limit: integer()}
end
