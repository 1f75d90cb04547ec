//! The locks, threads and channels of this crate's state machines.
//!
//! They are those of parking_lot and std. Only in tests that are compiled with
//! `--cfg roundtrip_loom` they are [loom](https://docs.rs/loom)'s, which runs a test once for each
//! order in which its threads may take their steps. So loom explores the code that ships, and not a
//! copy of it. `.ci/loom` runs these tests, which are the modules named `interleavings`.
//!
//! A state machine in this crate takes what it needs from here, and neither sends a message to
//! Elixir nor calls the VM: its caller does, once the lock is free again.

#[cfg(not(all(test, roundtrip_loom)))]
mod real;
#[cfg(not(all(test, roundtrip_loom)))]
pub use real::{Arc, Condvar, Lock, LockGuard, mpsc, thread};

#[cfg(all(test, roundtrip_loom))]
mod explored;
#[cfg(all(test, roundtrip_loom))]
pub(crate) use explored::{Arc, Condvar, Lock, Timer, explore, join, mpsc, thread};
