//! What the lessons compute, without a VM.
//!
//! A crate that links rustler can't run `cargo test` on Linux, because the `enif_*` functions are
//! in the VM. So the logic is here, tested, and the NIF crate only decodes, calls and encodes.
//! The feature `rustler` adds how the types of this crate cross to Elixir; the tests leave it off.
//! Each lesson has one module, named after its notebook.

#![forbid(unsafe_code)]

pub mod bounded;
pub mod calls;
pub mod error;
pub mod first_call;
pub mod long_work;
pub mod messages;
pub mod mutation;
pub mod resources;
pub mod server;
pub mod structs;
pub mod sync;
pub mod terms;
pub mod thread;

pub use error::Error;

#[cfg(all(test, not(roundtrip_loom)))]
mod properties;
