# Returns a closure that doesn't use `n`, and so needs no `move`.
defmodule Closures do
  use Roundtrip.Rust,
    source: """
    fn adder(_n: i64) -> impl Fn(i64) -> i64 {
        |m| m + 1
    }

    #[rustler::nif]
    fn add(n: i64, m: i64) -> i64 {
        let add_n = adder(n);
        add_n(m)
    }
    """

  def add(_n, _m), do: :erlang.nif_error(:nif_not_loaded)
end
