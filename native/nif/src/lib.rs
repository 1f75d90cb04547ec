//! Roundtrip's NIFs. Each lesson has one module, named after its notebook; each NIF decodes its
//! arguments, calls the core and encodes the result. `Roundtrip.Native` documents them.

mod calls;
mod error;
mod first_call;
mod long_work;
mod messages;
mod mutation;
mod resources;
mod rust;
mod structs;
mod terms;
mod toolbox;

use error::Error;
use rustler::types::atom::ok;
use rustler::{Atom, Env};

/// Called while the library is loaded. See [`roundtrip_support::live::leak`].
#[rustler::nif]
fn keep_types(env: Env) -> Atom {
    calls::keep_types(env.pid());
    messages::keep_types();
    resources::keep_types(env.pid());
    ok()
}

#[rustler::nif]
fn live_resources() -> usize {
    roundtrip_support::live::count()
}

rustler::init!("Elixir.Roundtrip.Native");
