//! The lock around what a resource changes, and what else ships.

use parking_lot::Mutex;
use std::panic::RefUnwindSafe;
use std::time::Instant;

pub use parking_lot::MutexGuard as LockGuard;
pub use std::sync::{Arc, mpsc};
pub use std::thread;

/// A `Mutex` that a resource may hold.
///
/// rustler catches a panic in a NIF and asks of what a NIF returns that it is `RefUnwindSafe`: that
/// nothing half written can be seen after the panic. parking_lot's `Mutex` makes no such promise,
/// because it unlocks when its holder panics. `Lock` makes it, so whoever holds one changes the
/// value in steps that a panic cannot interrupt halfway.
#[derive(Debug, Default)]
pub struct Lock<T>(Mutex<T>);

impl<T> RefUnwindSafe for Lock<T> {}

impl<T> Lock<T> {
    /// Puts `value` behind a new lock.
    pub fn new(value: T) -> Self {
        Lock(Mutex::new(value))
    }

    /// Waits until the lock is free, and holds it until the guard is dropped.
    pub fn lock(&self) -> LockGuard<'_, T> {
        self.0.lock()
    }

    /// Holds the lock if it is free now.
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        self.0.try_lock()
    }
}

/// Wakes threads that wait for a change of what is behind a [`Lock`].
#[derive(Debug, Default)]
pub struct Condvar(parking_lot::Condvar);

impl Condvar {
    /// Creates one that no thread waits for.
    pub fn new() -> Self {
        Condvar::default()
    }

    /// Unlocks, waits until it is notified, and locks again.
    pub fn wait<'a, T>(&self, mut guard: LockGuard<'a, T>) -> LockGuard<'a, T> {
        self.0.wait(&mut guard);
        guard
    }

    /// Like [`Condvar::wait`], but no longer than until the deadline; the boolean tells whether it
    /// has passed.
    pub fn wait_until<'a, T>(
        &self,
        mut guard: LockGuard<'a, T>,
        deadline: Instant,
    ) -> (LockGuard<'a, T>, bool) {
        let timed_out = self.0.wait_until(&mut guard, deadline).timed_out();
        (guard, timed_out)
    }

    /// Wakes one waiting thread, if there is any.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }
}
