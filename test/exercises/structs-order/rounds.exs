# wrong: makes an integer of every float without a fraction
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
            Number::Float(float) if float.fract() == 0.0 => Number::Integer(2 * float as i64),
            Number::Float(float) => Number::Float(2.0 * float),
            Number::Integer(integer) => Number::Integer(2 * integer),
        }
    }
    """

  def double(_number), do: :erlang.nif_error(:nif_not_loaded)
end
