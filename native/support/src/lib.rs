//! What both libraries of NIFs, and more than one lesson, share.
//!
//! Each library is linked with a copy of its own, and so has its own count of live values.

pub mod histogram;
pub mod live;
pub mod shared_struct;
pub mod sized_term;
pub mod timeslice;

pub use histogram::Histogram;
pub use live::LiveGuard;
pub use roundtrip_core::error::argument_error;
pub use roundtrip_core::sync::Lock;
pub use shared_struct::SharedStruct;
pub use sized_term::{LargeTerm, SmallTerm};
pub use timeslice::consume_microseconds;
