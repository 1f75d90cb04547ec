# it reports microseconds in place of percent, so the shortest call counts as a whole timeslice
defmodule Busy do
  use Roundtrip.Rust,
    source: """
    use rustler::Env;
    use rustler::schedule::consume_timeslice;
    use std::time::{Duration, Instant};

    #[rustler::nif]
    fn busy(env: Env, microseconds: u64) -> u64 {
        let time = Duration::from_micros(microseconds.min(1_000));
        let start = Instant::now();
        let mut rounds = 0;
        while start.elapsed() < time {
            rounds += 1;
        }
        let percent = time.as_micros() as i32;
        consume_timeslice(env, percent.max(1));
        rounds
    }
    """

  def busy(_microseconds), do: :erlang.nif_error(:nif_not_loaded)
end
