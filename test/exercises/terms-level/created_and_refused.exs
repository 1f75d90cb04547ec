# every name becomes an atom before it is refused
defmodule Level do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Env};

    mod atoms {
        rustler::atoms! { debug, error, info, unknown_level }
    }

    #[rustler::nif]
    fn level(env: Env, name: &str) -> Result<Atom, Atom> {
        let levels = [atoms::debug(), atoms::error(), atoms::info()];
        match Atom::from_str(env, name) {
            Ok(level) if levels.contains(&level) => Ok(level),
            _ => Err(atoms::unknown_level()),
        }
    }
    """

  def level(_name), do: :erlang.nif_error(:nif_not_loaded)
end
