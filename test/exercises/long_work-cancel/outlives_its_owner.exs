# it stops when it is cancelled, but not when its owner dies
defmodule Stoppable do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Env, LocalPid, Monitor, OwnedEnv, Resource, ResourceArc};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    mod atoms {
        rustler::atoms! { ok, cancelled, finished, job, no_thread, noproc }
    }

    struct Job {
        cancelled: Arc<AtomicBool>,
    }

    impl Job {
        fn cancel(&self) {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }

    #[rustler::resource_impl]
    impl Resource for Job {
        fn down<'a>(&'a self, _env: Env<'a>, _owner: LocalPid, _monitor: Monitor) {
        }
    }

    #[rustler::nif]
    fn start(env: Env, observer: LocalPid) -> Result<ResourceArc<Job>, Atom> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let job = ResourceArc::new(Job { cancelled: Arc::clone(&cancelled) });
        env.monitor(&job, &env.pid()).ok_or(atoms::noproc())?;
        let work = move || {
            let start = Instant::now();
            let mut outcome = atoms::finished();
            while start.elapsed() < Duration::from_secs(1) {
                if cancelled.load(Ordering::Relaxed) {
                    outcome = atoms::cancelled();
                    break;
                }
                // One step of the work.
                thread::sleep(Duration::from_millis(1));
            }
            let _ = OwnedEnv::new().send_and_clear(&observer, |_env| (atoms::job(), outcome));
        };
        thread::Builder::new()
            .name("rt-job".into())
            .spawn(work)
            .map_err(|_error| atoms::no_thread())?;
        Ok(job)
    }

    #[rustler::nif]
    fn cancel(job: &Job) -> Atom {
        job.cancel();
        atoms::ok()
    }
    """

  def start(_observer), do: :erlang.nif_error(:nif_not_loaded)
  def cancel(_job), do: :erlang.nif_error(:nif_not_loaded)
end
