# an answer that was sent is taken for a request that waits
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
            State::Waiting | State::Sent => Ok(ok()),
            State::Answered => Err(atoms::already_sent()),
            State::Closed => Err(atoms::closed()),
        }
    }
    """

  def respond(_state), do: :erlang.nif_error(:nif_not_loaded)
end
