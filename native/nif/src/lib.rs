//! Roundtrip's NIFs. Each lesson has one module, named after its notebook; each NIF decodes its
//! arguments, calls the core and encodes the result. `Roundtrip.Native` documents them.

mod error;
mod first_call;
mod messages;
mod mutation;
mod resources;
mod structs;
mod toolbox;

use error::Error;

#[rustler::nif]
fn live_resources() -> usize {
    roundtrip_support::live::count()
}

rustler::init!("Elixir.Roundtrip.Native");
