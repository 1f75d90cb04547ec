# Satisfies rustc with a pattern for everything else, and returns the light itself.
defmodule Light do
  use Roundtrip.Rust,
    source: """
    use rustler::NifUnitEnum;

    #[derive(NifUnitEnum)]
    enum Light {
        Red,
        Amber,
        Green,
    }

    #[rustler::nif]
    fn next(light: Light) -> Light {
        match light {
            Light::Red => Light::Green,
            Light::Green => Light::Amber,
            other => other,
        }
    }
    """

  def next(_light), do: :erlang.nif_error(:nif_not_loaded)
end
