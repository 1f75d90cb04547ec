//! What both libraries of NIFs share. Each is linked with a copy of its own, and so has a count of
//! live values of its own.

pub mod live;
pub mod lock;
pub mod resources;
pub mod structs;

pub use live::LiveGuard;
pub use lock::Lock;
pub use roundtrip_core::error::argument_error;
