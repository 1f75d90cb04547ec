# Keeps the last number in a static variable, which all machines share.
defmodule Tickets do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    static DROPPED: AtomicI64 = AtomicI64::new(0);

    /// Returns the numbers from 1 on.
    struct Machine;

    static LAST: AtomicI64 = AtomicI64::new(0);

    #[rustler::resource_impl]
    impl Resource for Machine {}

    impl Drop for Machine {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
        }
    }

    #[rustler::nif]
    fn new() -> ResourceArc<Machine> {
        ResourceArc::new(Machine)
    }

    #[rustler::nif]
    fn next(_machine: &Machine) -> i64 {
        LAST.fetch_add(1, Relaxed) + 1
    }

    #[rustler::nif]
    fn dropped() -> i64 {
        DROPPED.load(Relaxed)
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def next(_machine), do: :erlang.nif_error(:nif_not_loaded)
  def dropped, do: :erlang.nif_error(:nif_not_loaded)
end
