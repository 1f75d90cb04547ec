# Monitors the callee, but has no down.
defmodule Patient do
  use Roundtrip.Rust,
    source: """
    use parking_lot::{Condvar, Mutex};
    use rustler::types::atom::ok;
    use rustler::{Atom, Env, LocalPid, Resource, ResourceArc};
    use std::time::{Duration, Instant};

    mod atoms {
        rustler::atoms! { ask, down, noproc, timeout }
    }

    struct Call {
        outcome: Mutex<Option<Result<i64, Atom>>>,
        changed: Condvar,
    }

    #[rustler::resource_impl]
    impl Resource for Call {}

    impl Call {
        /// Ends the call, unless it has ended before.
        fn end(&self, outcome: Result<i64, Atom>) {
            self.outcome.lock().get_or_insert(outcome);
            self.changed.notify_one();
        }

        fn wait(&self, deadline: Instant) -> Result<i64, Atom> {
            let mut outcome = self.outcome.lock();
            loop {
                if let Some(outcome) = *outcome {
                    return outcome;
                }
                if self.changed.wait_until(&mut outcome, deadline).timed_out() {
                    outcome.get_or_insert(Err(atoms::timeout()));
                }
            }
        }
    }

    #[rustler::nif(schedule = "DirtyIo")]
    fn ask(env: Env, callee: LocalPid, question: i64, milliseconds: u32) -> Result<i64, Atom> {
        let call = ResourceArc::new(Call {
            outcome: Mutex::new(None),
            changed: Condvar::new(),
        });
        env.monitor(&call, &callee).ok_or(atoms::noproc())?;
        let message = (atoms::ask(), call.clone(), question);
        let _ = env.send(&callee, message);
        call.wait(Instant::now() + Duration::from_millis(milliseconds.into()))
    }

    #[rustler::nif]
    fn answer(call: &Call, number: i64) -> Atom {
        call.end(Ok(number));
        ok()
    }
    """

  def ask(_callee, _question, _milliseconds), do: :erlang.nif_error(:nif_not_loaded)
  def answer(_call, _number), do: :erlang.nif_error(:nif_not_loaded)
end
