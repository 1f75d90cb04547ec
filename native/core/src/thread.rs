//! A thread with a name and an owner.

use crate::sync::Lock;
use crate::sync::thread::{Builder, JoinHandle};
use std::thread;

/// The system has no thread to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no thread could be started")]
pub struct NoThread;

/// The right to join a thread, once. Dropping it does not end the thread: whoever owns one also
/// needs a way to stop the thread.
#[derive(Debug)]
pub struct Thread<T>(Lock<Option<JoinHandle<T>>>);

impl<T: Send + 'static> Thread<T> {
    /// Starts a thread. Linux keeps 15 bytes of a name.
    ///
    /// # Errors
    /// [`NoThread`] if the system refuses.
    pub fn start(name: &str, body: impl FnOnce() -> T + Send + 'static) -> Result<Self, NoThread> {
        let started = Builder::new().name(name.into()).spawn(body);
        let handle = started.map_err(|_| NoThread)?;
        Ok(Thread(Lock::new(Some(handle))))
    }

    /// Waits until the thread has ended; `None` if it was joined before. It blocks, so call it on
    /// dirty schedulers only.
    pub fn join(&self) -> Option<thread::Result<T>> {
        // Held while it waits, so that a second caller too returns only after the thread's end.
        let mut handle = self.0.lock();
        handle.take().map(JoinHandle::join)
    }
}
