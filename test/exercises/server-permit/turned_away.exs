# a permit counts down, but who was turned away is still counted
defmodule Gate do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub struct Gate {
        in_use: Arc<AtomicUsize>,
        max: usize,
    }

    pub struct Permit {
        in_use: Arc<AtomicUsize>,
    }

    impl Drop for Permit {
        fn drop(&mut self) {
            self.in_use.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[rustler::resource_impl]
    impl Resource for Gate {}

    #[rustler::resource_impl]
    impl Resource for Permit {}

    #[rustler::nif]
    fn new(max: usize) -> ResourceArc<Gate> {
        ResourceArc::new(Gate { in_use: Arc::default(), max })
    }

    #[rustler::nif]
    fn enter(gate: &Gate) -> Option<ResourceArc<Permit>> {
        let before = gate.in_use.fetch_add(1, Ordering::Relaxed);
        (before < gate.max).then(|| ResourceArc::new(Permit { in_use: Arc::clone(&gate.in_use) }))
    }

    #[rustler::nif]
    fn in_use(gate: &Gate) -> usize {
        gate.in_use.load(Ordering::Relaxed)
    }
    """

  def new(_max), do: :erlang.nif_error(:nif_not_loaded)
  def enter(_gate), do: :erlang.nif_error(:nif_not_loaded)
  def in_use(_gate), do: :erlang.nif_error(:nif_not_loaded)
end
