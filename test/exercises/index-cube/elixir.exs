# The cube is computed by Elixir: there is no second function in the Rust.
defmodule Powers do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn square(n: i64) -> i64 {
        n * n
    }
    """

  def square(_n), do: :erlang.nif_error(:nif_not_loaded)
  def cube(n), do: n * n * n
end
