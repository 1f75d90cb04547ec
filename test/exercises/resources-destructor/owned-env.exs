# Sends from `Drop` with an `OwnedEnv`, which panics on a scheduler.
defmodule Visits do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, LocalPid, OwnedEnv, Resource, ResourceArc};
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    mod atoms {
        rustler::atoms! { ok, visits }
    }

    struct Visits {
        owner: LocalPid,
        count: AtomicI64,
    }

    #[rustler::resource_impl]
    impl Resource for Visits {}

    impl Drop for Visits {
        fn drop(&mut self) {
            let count = self.count.load(Relaxed);
            let _ = OwnedEnv::new().send_and_clear(&self.owner, |_env| (atoms::visits(), count));
        }
    }

    #[rustler::nif]
    fn new(owner: LocalPid) -> ResourceArc<Visits> {
        ResourceArc::new(Visits { owner, count: AtomicI64::new(0) })
    }

    #[rustler::nif]
    fn visit(visits: &Visits) -> Atom {
        visits.count.fetch_add(1, Relaxed);
        atoms::ok()
    }
    """

  def new(_owner), do: :erlang.nif_error(:nif_not_loaded)
  def visit(_visits), do: :erlang.nif_error(:nif_not_loaded)
end
