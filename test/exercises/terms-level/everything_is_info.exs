# an unknown name becomes a level
defmodule Level do
  use Roundtrip.Rust,
    source: """
    use rustler::Atom;

    mod atoms {
        rustler::atoms! { debug, error, info, unknown_level }
    }

    #[rustler::nif]
    fn level(name: &str) -> Result<Atom, Atom> {
        match name {
            "debug" => Ok(atoms::debug()),
            "error" => Ok(atoms::error()),
            "unknown_level" => Err(atoms::unknown_level()),
            _ => Ok(atoms::info()),
        }
    }
    """

  def level(_name), do: :erlang.nif_error(:nif_not_loaded)
end
