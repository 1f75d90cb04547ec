defmodule Roundtrip.Structs.SharedStruct do
  @moduledoc """
  The struct of the post: a flag for everybody, and a reference to what only Rust can read.
  """

  @enforce_keys [:ref, :is_cool]
  defstruct [:ref, :is_cool]

  @type t :: %__MODULE__{ref: reference(), is_cool: boolean()}
end
