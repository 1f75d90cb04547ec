defmodule Roundtrip.Rust.Error do
  @moduledoc """
  Why the Rust of a cell is not there: no toolchain, rustc's errors, or stubs that do not match.
  """

  defexception [:message]

  @type t :: %__MODULE__{message: String.t()}
end
