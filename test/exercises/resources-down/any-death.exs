# Frees the seat when any process dies that has ever had it.
defmodule Seat do
  use Roundtrip.Rust,
    source: """
    use rustler::{Env, LocalPid, Monitor, Resource, ResourceArc};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    struct Seat {
        holder: Mutex<Option<LocalPid>>,
    }

    #[rustler::resource_impl]
    impl Resource for Seat {
        fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
            *self.lock() = None;
        }
    }

    impl Seat {
        fn lock(&self) -> MutexGuard<'_, Option<LocalPid>> {
            // A panic can't leave a pid half written, so a poisoned lock is as good as any.
            self.holder.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn free(&self, pid: LocalPid) {
            let mut holder = self.lock();
            if *holder == Some(pid) {
                *holder = None;
            }
        }
    }

    #[rustler::nif]
    fn new() -> ResourceArc<Seat> {
        ResourceArc::new(Seat { holder: Mutex::new(None) })
    }

    #[rustler::nif]
    fn take(env: Env<'_>, seat: ResourceArc<Seat>, pid: LocalPid) -> bool {
        let mut holder = seat.lock();
        if holder.is_none() && env.monitor(&seat, &pid).is_some() {
            *holder = Some(pid);
        }
        *holder == Some(pid)
    }

    #[rustler::nif]
    fn leave(seat: ResourceArc<Seat>, pid: LocalPid) {
        seat.free(pid);
    }

    #[rustler::nif]
    fn holder(seat: ResourceArc<Seat>) -> Option<LocalPid> {
        *seat.lock()
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def take(_seat, _pid), do: :erlang.nif_error(:nif_not_loaded)
  def leave(_seat, _pid), do: :erlang.nif_error(:nif_not_loaded)
  def holder(_seat), do: :erlang.nif_error(:nif_not_loaded)
end
