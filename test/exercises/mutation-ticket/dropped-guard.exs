# wrong: the guard has a name, and is dropped before the new number is written
defmodule Tickets do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::Mutex;
    use std::thread;

    struct Tickets {
        last: Mutex<i64>,
    }

    #[rustler::resource_impl]
    impl Resource for Tickets {}

    #[rustler::nif]
    fn new() -> ResourceArc<Tickets> {
        let last = Mutex::new(0);
        ResourceArc::new(Tickets { last })
    }

    #[rustler::nif(schedule = "DirtyIo")]
    fn next(tickets: &Tickets) -> i64 {
        let guard = tickets.last.lock().unwrap();
        let last = *guard;
        drop(guard);
        thread::yield_now();
        let next = last + 1;
        *tickets.last.lock().unwrap() = next;
        next
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def next(_tickets), do: :erlang.nif_error(:nif_not_loaded)
end
