//! What both libraries of NIFs share. Each is linked with a copy, and so with a count, of its own.

pub mod error;
pub mod live;
pub mod snapshot;
