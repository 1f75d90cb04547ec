# wrong (E0277): a RefCell checks borrows when the program runs, and is for one thread, too
defmodule Visits do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::cell::RefCell;

    struct Visits {
        count: RefCell<i64>,
    }

    #[rustler::resource_impl]
    impl Resource for Visits {}

    #[rustler::nif]
    fn new() -> ResourceArc<Visits> {
        let count = RefCell::new(0);
        ResourceArc::new(Visits { count })
    }

    #[rustler::nif]
    fn visit(visits: &Visits) -> i64 {
        let mut count = visits.count.borrow_mut();
        *count += 1;
        *count
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def visit(_visits), do: :erlang.nif_error(:nif_not_loaded)
end
