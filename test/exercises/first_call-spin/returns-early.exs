# It computes for a tenth of the time only.
defmodule Spinner do
  use Roundtrip.Rust,
    source: """
    use rustler::Atom;
    use std::time::{Duration, Instant};

    #[rustler::nif]
    fn spin(milliseconds: u64) -> Atom {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(milliseconds / 10) {}
        rustler::types::atom::ok()
    }
    """

  def spin(_milliseconds), do: :erlang.nif_error(:nif_not_loaded)
end
