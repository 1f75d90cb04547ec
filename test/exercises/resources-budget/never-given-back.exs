# Counts every buffer, and gives nothing back.
defmodule Buffers do
  use Roundtrip.Rust,
    source: """
    use rustler::{Error, NifResult, Resource, ResourceArc};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    const LIMIT: usize = 1_048_576;
    static TAKEN: AtomicUsize = AtomicUsize::new(0);

    struct Buffer {
        bytes: Vec<u8>,
    }

    #[rustler::resource_impl]
    impl Resource for Buffer {}

    #[rustler::nif]
    fn new(size: usize) -> NifResult<ResourceArc<Buffer>> {
        let add = |taken: usize| taken.checked_add(size).filter(|taken| *taken <= LIMIT);
        match TAKEN.fetch_update(Relaxed, Relaxed, add) {
            Ok(_before) => Ok(ResourceArc::new(Buffer { bytes: vec![0; size] })),
            Err(_taken) => Err(Error::RaiseAtom("system_limit")),
        }
    }

    #[rustler::nif]
    fn len(buffer: &Buffer) -> usize {
        buffer.bytes.len()
    }

    #[rustler::nif]
    fn taken() -> usize {
        TAKEN.load(Relaxed)
    }
    """

  def new(_size), do: :erlang.nif_error(:nif_not_loaded)
  def len(_buffer), do: :erlang.nif_error(:nif_not_loaded)
  def taken, do: :erlang.nif_error(:nif_not_loaded)
end
