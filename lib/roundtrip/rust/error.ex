defmodule Roundtrip.Rust.Error do
  @moduledoc """
  Raised by a cell whose Rust can't be compiled or loaded.

  The message is what rustc said, or names the NIF or the stub that has no counterpart.
  """

  defexception [:message]

  @type t :: %__MODULE__{message: String.t()}
end
