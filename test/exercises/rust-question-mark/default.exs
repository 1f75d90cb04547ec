# Takes 0 for a text that isn't a number.
defmodule Adder do
  use Roundtrip.Rust,
    source: """
    fn parse(text: String) -> Result<i64, String> {
        match text.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(format!("{text} isn't an integer")),
        }
    }

    #[rustler::nif]
    fn add(a: String, b: String) -> Result<i64, String> {
        let a = parse(a).unwrap_or(0);
        let b = parse(b).unwrap_or(0);
        Ok(a + b)
    }
    """

  def add(_a, _b), do: :erlang.nif_error(:nif_not_loaded)
end
