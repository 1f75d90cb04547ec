//! An HTTP server whose handlers are Elixir: hyper and tokio answer the wire, messages ask the VM.

mod first_version;

use roundtrip_support::live;

#[rustler::nif]
fn live_resources() -> usize {
    live::count()
}

rustler::init!("Elixir.Roundtrip.Server.Native");
