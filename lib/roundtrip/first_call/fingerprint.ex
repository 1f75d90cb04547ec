defmodule Roundtrip.FirstCall.Fingerprint do
  @moduledoc """
  The hash that `Roundtrip.Native.fingerprint/1` computes in Rust, written in Elixir.

      iex> Roundtrip.FirstCall.Fingerprint.of("a")
      0xAF63DC4C8601EC8C
  """

  import Bitwise

  @offset 0xCBF29CE484222325
  @prime 0x100000001B3
  @mask 0xFFFFFFFFFFFFFFFF

  @doc "Returns the 64-bit FNV-1a hash of a text."
  @spec of(String.t()) :: non_neg_integer()
  def of(text), do: hash(text, @offset)

  defp hash(<<byte, rest::binary>>, hash), do: hash(rest, bxor(hash, byte) * @prime &&& @mask)
  defp hash(<<>>, hash), do: hash
end
