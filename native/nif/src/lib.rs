//! Roundtrip's NIFs. Each lesson has one module, named after its notebook; each NIF decodes its
//! arguments, calls the core and encodes the answer.

mod error;
mod first_call;
mod live;
mod messages;
mod mutation;
mod resources;
mod structs;
mod toolbox;

rustler::init!("Elixir.Roundtrip.Native");
