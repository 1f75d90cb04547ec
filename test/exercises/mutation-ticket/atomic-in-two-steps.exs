# wrong: an atomic, which is read and written in two steps
defmodule Tickets do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::thread;

    struct Tickets {
        last: AtomicI64,
    }

    #[rustler::resource_impl]
    impl Resource for Tickets {}

    #[rustler::nif]
    fn new() -> ResourceArc<Tickets> {
        let last = AtomicI64::new(0);
        ResourceArc::new(Tickets { last })
    }

    #[rustler::nif(schedule = "DirtyIo")]
    fn next(tickets: &Tickets) -> i64 {
        let last = tickets.last.load(Ordering::SeqCst);
        thread::yield_now();
        let next = last + 1;
        tickets.last.store(next, Ordering::SeqCst);
        next
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def next(_tickets), do: :erlang.nif_error(:nif_not_loaded)
end
