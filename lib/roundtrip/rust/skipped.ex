defmodule Roundtrip.Rust.Skipped do
  @moduledoc """
  Raised by the functions of a cell's module whose Rust was not compiled, because there is no Rust on
  this machine.

      iex> Exception.message(%Roundtrip.Rust.Skipped{})
      "Skipped: needs Rust"
  """

  defexception message: "Skipped: needs Rust"

  @type t :: %__MODULE__{message: String.t()}
end
