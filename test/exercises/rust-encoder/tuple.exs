# Derives the encoder of another form.
defmodule Mirror do
  use Roundtrip.Rust,
    source: """
    use rustler::NifTuple;

    #[derive(NifTuple)]
    struct Point {
        x: i64,
        y: i64,
    }

    #[rustler::nif]
    fn mirror(x: i64, y: i64) -> Point {
        Point { x: y, y: x }
    }
    """

  def mirror(_x, _y), do: :erlang.nif_error(:nif_not_loaded)
end
