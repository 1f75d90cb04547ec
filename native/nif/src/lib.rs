//! Roundtrip's NIFs. Each lesson has one module, named after its notebook; each NIF decodes its
//! arguments, calls the core and encodes the answer.

mod first_call;
mod messages;
mod mutation;
mod resources;
mod structs;
mod toolbox;

use roundtrip_support::{error, live, snapshot};

#[rustler::nif]
fn live_resources() -> usize {
    live::count()
}

rustler::init!("Elixir.Roundtrip.Native");
