# The body was copied, and not changed.
defmodule Powers do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn square(n: i64) -> i64 {
        n * n
    }

    #[rustler::nif]
    fn cube(n: i64) -> i64 {
        n * n
    }
    """

  def square(_n), do: :erlang.nif_error(:nif_not_loaded)
  def cube(_n), do: :erlang.nif_error(:nif_not_loaded)
end
