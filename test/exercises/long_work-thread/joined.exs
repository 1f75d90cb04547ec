# it waits for its thread
defmodule Waiter do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Env, OwnedEnv, Reference};
    use std::thread;
    use std::time::Duration;

    mod atoms {
        rustler::atoms! { done, no_thread }
    }

    #[rustler::nif]
    fn start(env: Env<'_>, milliseconds: u64) -> Result<Reference<'_>, Atom> {
        let (pid, reference) = (env.pid(), env.make_ref());
        let time = Duration::from_millis(milliseconds.min(1_000));
        let mut msg_env = OwnedEnv::new();
        let saved = msg_env.save(reference);
        let work = move || {
            thread::sleep(time);
            let _ = msg_env.send_and_clear(&pid, |env| (saved.load(env), atoms::done()));
        };
        let thread = thread::Builder::new()
            .name("rt-waiter".into())
            .spawn(work)
            .map_err(|_error| atoms::no_thread())?;
        let _ = thread.join();
        Ok(reference)
    }
    """

  def start(_milliseconds), do: :erlang.nif_error(:nif_not_loaded)
end
