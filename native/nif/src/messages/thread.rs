//! A thread with a name and an owner.

use super::atoms;
use parking_lot::Mutex;
use rustler::Atom;
use std::thread::{self, Builder, JoinHandle};

/// The right to join a thread, once. Dropping it lets the thread go on: who owns one also owns a
/// way to tell the thread to end.
pub struct Thread<T>(Mutex<Option<JoinHandle<T>>>);

impl<T: Send + 'static> Thread<T> {
    /// Starts a thread. Linux keeps 15 bytes of a name.
    pub fn start(name: &str, body: impl FnOnce() -> T + Send + 'static) -> Result<Self, Atom> {
        let started = Builder::new().name(name.into()).spawn(body);
        let handle = started.map_err(|_| atoms::no_thread())?;
        Ok(Thread(Mutex::new(Some(handle))))
    }

    /// Waits until the thread has ended; `None` where somebody has joined it before. This blocks:
    /// for dirty schedulers only.
    pub fn join(&self) -> Option<thread::Result<T>> {
        // Held while it waits, so that a second caller too returns only after the thread's end.
        let mut handle = self.0.lock();
        handle.take().map(JoinHandle::join)
    }
}
