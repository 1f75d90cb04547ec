# Counts up.
defmodule Countdown do
  use Roundtrip.Rust,
    source: """
    use rustler::types::atom::ok;
    use rustler::{Atom, Env, OwnedEnv};
    use std::thread;

    mod atoms {
        rustler::atoms! { count, liftoff }
    }

    #[rustler::nif]
    fn start(env: Env, from: u32) -> Atom {
        let pid = env.pid();
        thread::spawn(move || {
            let mut msg_env = OwnedEnv::new();
            for n in 1..=from {
                let _ = msg_env.send_and_clear(&pid, |_| (atoms::count(), n));
            }
            msg_env.send_and_clear(&pid, |_| atoms::liftoff())
        });
        ok()
    }
    """

  def start(_from), do: :erlang.nif_error(:nif_not_loaded)
end
