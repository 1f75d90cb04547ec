# Goes without the module, and misremembers the formula.
defmodule Thermometer do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn celsius(degrees: f64) -> f64 {
        degrees - 32.0 / 1.8
    }
    """

  def celsius(_fahrenheit), do: :erlang.nif_error(:nif_not_loaded)
end
