# wrong: fetch_add returns the count before the addition
defmodule Visits do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::atomic::{AtomicI64, Ordering};

    struct Visits {
        count: AtomicI64,
    }

    #[rustler::resource_impl]
    impl Resource for Visits {}

    #[rustler::nif]
    fn new() -> ResourceArc<Visits> {
        let count = AtomicI64::new(0);
        ResourceArc::new(Visits { count })
    }

    #[rustler::nif]
    fn visit(visits: &Visits) -> i64 {
        visits.count.fetch_add(1, Ordering::Relaxed)
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def visit(_visits), do: :erlang.nif_error(:nif_not_loaded)
end
