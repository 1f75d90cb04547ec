# What is left is rounded, in place of what is taken off.
defmodule Discount do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn reduced(cents: i64, percent: i64) -> i64 {
        cents * (100 - percent) / 100
    }
    """

  def reduced(_cents, _percent), do: :erlang.nif_error(:nif_not_loaded)
end
