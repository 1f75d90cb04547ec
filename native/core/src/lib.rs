//! What the lessons compute, without a word of rustler.
//!
//! A crate that links rustler cannot run `cargo test` on Linux: the `enif_*` functions live in
//! the VM. So the logic stands here, tested, and the NIF crate only decodes, calls and encodes.
//! Each lesson has one module, named after its notebook.

pub mod error;
pub mod first_call;
pub mod messages;
pub mod mutation;
pub mod resources;
pub mod server;
pub mod structs;

pub use error::Error;
