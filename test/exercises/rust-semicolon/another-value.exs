# Returns another value, below the product that is thrown away.
defmodule Field do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn area(width: i64, height: i64) -> i64 {
        width * height;
        0
    }
    """

  def area(_width, _height), do: :erlang.nif_error(:nif_not_loaded)
end
