# any existing atom is a level
defmodule Level do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Env};

    mod atoms {
        rustler::atoms! { debug, error, info, unknown_level }
    }

    #[rustler::nif]
    fn level(env: Env, name: &str) -> Result<Atom, Atom> {
        Atom::existing_from_str(env, name).map_err(|_error| atoms::unknown_level())
    }
    """

  def level(_name), do: :erlang.nif_error(:nif_not_loaded)
end
