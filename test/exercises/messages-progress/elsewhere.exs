# Loads the reference in the wrong environment, and panics.
defmodule Batch do
  use Roundtrip.Rust,
    source: """
    use rustler::env::SendError;
    use rustler::{Env, OwnedEnv, Reference};
    use std::thread;

    mod atoms {
        rustler::atoms! { done, progress }
    }

    #[rustler::nif]
    fn start(env: Env<'_>, total: u64) -> Reference<'_> {
        let (pid, reference) = (env.pid(), env.make_ref());
        let kept = OwnedEnv::new();
        let saved = kept.save(reference);
        thread::spawn(move || -> Result<(), SendError> {
            let mut msg_env = OwnedEnv::new();
            let mut sum = 0;
            for n in 1..=total {
                sum += n * n;
                msg_env.send_and_clear(&pid, |env| {
                    (saved.load(env), atoms::progress(), n, total)
                })?;
            }
            msg_env.send_and_clear(&pid, |env| {
                let reference = kept.run(|inner| saved.load(inner).in_env(env));
                (reference, atoms::done(), sum)
            })
        });
        reference
    }
    """

  def start(_total), do: :erlang.nif_error(:nif_not_loaded)
end
