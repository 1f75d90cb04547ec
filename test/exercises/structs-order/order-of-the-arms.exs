# wrong: changes the order of the arms, and the decoder still tries Float first
defmodule Doubler do
  use Roundtrip.Rust,
    source: """
    use rustler::NifUntaggedEnum;

    #[derive(NifUntaggedEnum)]
    enum Number {
        Float(f64),
        Integer(i64),
    }

    #[rustler::nif]
    fn double(number: Number) -> Number {
        match number {
            Number::Integer(integer) => Number::Integer(2 * integer),
            Number::Float(float) => Number::Float(2.0 * float),
        }
    }
    """

  def double(_number), do: :erlang.nif_error(:nif_not_loaded)
end
