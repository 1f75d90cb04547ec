# wrong: locks the second argument first, which is as much of an order as before
defmodule Boxes do
  use Roundtrip.Rust,
    source: """
    use parking_lot::Mutex;
    use rustler::{Atom, Resource, ResourceArc};
    use std::panic::RefUnwindSafe;
    use std::thread;
    use std::time::Duration;

    mod atoms {
        rustler::atoms! { swapped, timeout }
    }

    const PATIENCE: Duration = Duration::from_millis(300);

    struct Item {
        id: i64,
        value: Mutex<i64>,
    }

    // `swap` can't panic halfway.
    impl RefUnwindSafe for Item {}

    #[rustler::resource_impl]
    impl Resource for Item {}

    #[rustler::nif]
    fn new(id: i64, value: i64) -> ResourceArc<Item> {
        let value = Mutex::new(value);
        ResourceArc::new(Item { id, value })
    }

    #[rustler::nif]
    fn value(item: &Item) -> i64 {
        *item.value.lock()
    }

    #[rustler::nif(schedule = "DirtyIo")]
    fn swap(a: &Item, b: &Item) -> Result<Atom, Atom> {
        let mut first = b.value.lock();
        thread::sleep(Duration::from_millis(5));
        let mut second = a.value.try_lock_for(PATIENCE).ok_or(atoms::timeout())?;
        std::mem::swap(&mut *first, &mut *second);
        Ok(atoms::swapped())
    }
    """

  def new(_id, _value), do: :erlang.nif_error(:nif_not_loaded)
  def value(_item), do: :erlang.nif_error(:nif_not_loaded)
  def swap(_a, _b), do: :erlang.nif_error(:nif_not_loaded)
end
