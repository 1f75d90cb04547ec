# The temperature travels as a float, so that no resource is needed.
defmodule Thermometer do
  use Roundtrip.Rust,
    source: """

    struct Celsius(f64);

    #[rustler::nif]
    fn measure(celsius: f64) -> f64 {
        Celsius(celsius).0
    }

    #[rustler::nif]
    fn fahrenheit(thermometer: f64) -> f64 {
        thermometer * 1.8 + 32.0
    }
    """

  def measure(_celsius), do: :erlang.nif_error(:nif_not_loaded)
  def fahrenheit(_thermometer), do: :erlang.nif_error(:nif_not_loaded)
end
