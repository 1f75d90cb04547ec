# Keeps the state in a static variable, which all lights share.
defmodule Light do
  use Roundtrip.Rust,
    source: """
    use rustler::{Resource, ResourceArc};
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    static ON: AtomicBool = AtomicBool::new(false);

    struct Light;

    #[rustler::resource_impl]
    impl Resource for Light {}

    #[rustler::nif]
    fn new() -> ResourceArc<Light> {
        ResourceArc::new(Light)
    }

    #[rustler::nif]
    fn switch(_light: &Light, on: bool) {
        ON.store(on, Relaxed);
    }

    #[rustler::nif]
    fn on(_light: &Light) -> bool {
        ON.load(Relaxed)
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def switch(_light, _on), do: :erlang.nif_error(:nif_not_loaded)
  def on(_light), do: :erlang.nif_error(:nif_not_loaded)
end
