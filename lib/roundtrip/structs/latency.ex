defmodule Roundtrip.Structs.Latency do
  @moduledoc """
  How long something took. Its Rust struct has another name, `Sample`; `#[module]` joins the two.
  """

  @enforce_keys [:value, :unit]
  defstruct [:value, :unit]

  @typedoc "On the Rust side an enum with `NifUnitEnum`."
  @type unit :: :nanosecond | :microsecond | :millisecond
  @type t :: %__MODULE__{value: integer(), unit: unit()}
end
