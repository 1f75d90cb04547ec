# a catch-all arm makes the forgotten state look like a closed connection
defmodule Answer do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, NifUnitEnum, types::atom::ok};

    mod atoms {
        rustler::atoms! { already_sent, closed }
    }

    #[derive(NifUnitEnum)]
    enum State {
        Waiting,
        Answered,
        Sent,
        Closed,
    }

    #[rustler::nif]
    fn respond(state: State) -> Result<Atom, Atom> {
        match state {
            State::Waiting => Ok(ok()),
            State::Answered => Err(atoms::already_sent()),
            _ => Err(atoms::closed()),
        }
    }
    """

  def respond(_state), do: :erlang.nif_error(:nif_not_loaded)
end
