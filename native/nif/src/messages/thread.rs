//! A thread with a name and an owner.

use crate::Error;
use roundtrip_support::Lock;
use std::thread::{self, Builder, JoinHandle};

/// The right to join a thread, once. Dropping it does not end the thread: whoever owns one also
/// needs a way to stop the thread.
pub(super) struct Thread<T>(Lock<Option<JoinHandle<T>>>);

impl<T: Send + 'static> Thread<T> {
    /// Starts a thread. Linux keeps 15 bytes of a name.
    pub(super) fn start(
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Self, Error> {
        let started = Builder::new().name(name.into()).spawn(body);
        let handle = started.map_err(|_| Error::NoThread)?;
        Ok(Thread(Lock::new(Some(handle))))
    }

    /// Waits until the thread has ended; `None` if it was joined before. It blocks, so call it on
    /// dirty schedulers only.
    pub(super) fn join(&self) -> Option<thread::Result<T>> {
        // Held while it waits, so that a second caller too returns only after the thread's end.
        let mut handle = self.0.lock();
        handle.take().map(JoinHandle::join)
    }
}
