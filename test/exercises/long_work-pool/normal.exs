# it runs on a normal scheduler, and blocks it
defmodule Miner do
  use Roundtrip.Rust,
    source: """
    use std::time::{Duration, Instant};

    #[rustler::nif]
    fn mine(milliseconds: u64) -> u64 {
        let time = Duration::from_millis(milliseconds.min(200));
        let start = Instant::now();
        let mut hash = 1_u64;
        while start.elapsed() < time {
            hash = hash.rotate_left(5) ^ 0x9E37_79B9;
        }
        hash
    }
    """

  def mine(_milliseconds), do: :erlang.nif_error(:nif_not_loaded)
end
