# It was moved nowhere: only the name in Elixir was set.
defmodule Spinner do
  use Roundtrip.Rust,
    source: """
    use rustler::Atom;
    use std::time::{Duration, Instant};

    #[rustler::nif(name = "spin")]
    fn spin(milliseconds: u64) -> Atom {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(milliseconds) {}
        rustler::types::atom::ok()
    }
    """

  def spin(_milliseconds), do: :erlang.nif_error(:nif_not_loaded)
end
