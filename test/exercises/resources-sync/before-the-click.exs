# Returns the count before the click, as `fetch_add` does.
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
        clicks.count.fetch_add(1, Relaxed)
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def click(_clicks), do: :erlang.nif_error(:nif_not_loaded)
end
