//! The lock around what a resource changes.

use parking_lot::{Mutex, MutexGuard};
use std::panic::RefUnwindSafe;

/// A `Mutex` that a resource may hold.
///
/// rustler catches a panic in a NIF and asks of what a NIF returns that it is `RefUnwindSafe`: that
/// nothing half written can be seen after the panic. parking_lot's `Mutex` makes no such promise,
/// because it unlocks when its holder panics. `Lock` makes it, so whoever holds one changes the
/// value in steps that a panic cannot interrupt halfway.
#[derive(Default)]
pub struct Lock<T>(Mutex<T>);

impl<T> RefUnwindSafe for Lock<T> {}

impl<T> Lock<T> {
    /// Puts `value` behind a new lock.
    pub fn new(value: T) -> Self {
        Lock(Mutex::new(value))
    }

    /// Waits until the lock is free, and holds it until the guard is dropped.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock()
    }

    /// Holds the lock if it is free now.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock()
    }
}
