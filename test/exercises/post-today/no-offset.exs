# It compiles, but forgets the 32 degrees.
defmodule Thermometer do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};

    struct Celsius(f64);

    #[rustler::resource_impl]
    impl Resource for Celsius {}

    #[rustler::nif]
    fn measure(celsius: f64) -> ResourceArc<Celsius> {
        ResourceArc::new(Celsius(celsius))
    }

    #[rustler::nif]
    fn fahrenheit(thermometer: ResourceArc<Celsius>) -> f64 {
        thermometer.0 * 1.8
    }
    """

  def measure(_celsius), do: :erlang.nif_error(:nif_not_loaded)
  def fahrenheit(_thermometer), do: :erlang.nif_error(:nif_not_loaded)
end
