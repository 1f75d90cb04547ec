defmodule Roundtrip.Structs.SharedStruct do
  @moduledoc """
  A struct that Elixir and Rust share: `is_cool` is for both, and the value behind `ref` can only be
  read by Rust.

      Roundtrip.Native.shared_new(true)
      #=> %Roundtrip.Structs.SharedStruct{ref: #Reference<...>, is_cool: true}

  It is the struct of the post *From Elixir to Rust and Back Again*.
  """

  @enforce_keys [:ref, :is_cool]
  defstruct [:ref, :is_cool]

  @type t :: %__MODULE__{ref: reference(), is_cool: boolean()}
end

defmodule Roundtrip.Structs.Latency do
  @moduledoc """
  A duration with its unit.

      %Roundtrip.Structs.Latency{value: 3, unit: :millisecond}

  Its Rust struct has another name, `Sample`; the attribute `#[module]` connects the two.
  """

  @enforce_keys [:value, :unit]
  defstruct [:value, :unit]

  @typedoc "On the Rust side an enum with `NifUnitEnum`."
  @type unit :: :nanosecond | :microsecond | :millisecond
  @type t :: %__MODULE__{value: integer(), unit: unit()}
end

defmodule Roundtrip.Structs.LimitError do
  @moduledoc """
  The exception that Rust raises when a value is above its limit.

      iex> Roundtrip.Native.enforce(7, 5)
      ** (Roundtrip.Structs.LimitError) 7 is over the limit of 5
  """

  @enforce_keys [:message, :value, :limit]
  defexception [:message, :value, :limit]

  @type t :: %__MODULE__{message: String.t(), value: integer(), limit: integer()}
end

defmodule Roundtrip.Structs.Request do
  @moduledoc """
  A request with the same keys in Elixir and in Rust.

      iex> Roundtrip.Native.request("GET", "/")
      %Roundtrip.Structs.Request{method: "GET", path: "/"}
  """

  @enforce_keys [:method, :path]
  defstruct [:method, :path]

  @type t :: %__MODULE__{method: String.t(), path: String.t()}
end

defmodule Roundtrip.Structs.DriftedRequest do
  @moduledoc """
  A request whose keys differ between Elixir and Rust, for teaching: Rust has a `path` that is
  missing here, and Elixir has a `body` that Rust doesn't know.

  `Roundtrip.Structs.Contract.drift/1` finds the difference. The request of tinybeam, the project
  that came with the post, lacked its `path` in the same way.
  """

  @enforce_keys [:method]
  defstruct [:method, :body]

  @type t :: %__MODULE__{method: String.t(), body: String.t() | nil}
end
