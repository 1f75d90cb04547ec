# Reads the count and adds to it in two steps, so clicks of other processes get lost in between.
defmodule Clicks do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    struct Clicks {
        count: AtomicI64,
    }

    #[rustler::resource_impl]
    impl Resource for Clicks {}

    #[rustler::nif]
    fn new() -> ResourceArc<Clicks> {
        ResourceArc::new(Clicks { count: AtomicI64::new(0) })
    }

    #[rustler::nif]
    fn click(clicks: &Clicks) -> i64 {
        let count = clicks.count.load(Relaxed) + 1;
        clicks.count.store(count, Relaxed);
        count
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def click(_clicks), do: :erlang.nif_error(:nif_not_loaded)
end
