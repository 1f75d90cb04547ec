//! The end of a server, of which whoever stopped it is told once.

use crate::sync::Lock;

/// Whether a server's threads have ended, and the handle to send to the owner when they do.
#[derive(Debug)]
pub struct Exit<H>(Lock<State<H>>);

#[derive(Debug)]
enum State<H> {
    Running { requested_by: Option<H> },
    Exited,
}

impl<H> Default for Exit<H> {
    fn default() -> Self {
        let requested_by = None;
        Exit(Lock::new(State::Running { requested_by }))
    }
}

impl<H> Exit<H> {
    /// Asks for the handle to be sent. Returns it if the threads have ended: then the caller sends it.
    pub fn request(&self, handle: H) -> Option<H> {
        let mut state = self.0.lock();
        let State::Running { requested_by } = &mut *state else {
            return Some(handle);
        };
        let previous = requested_by.replace(handle);
        // The lock is free again when the handle of an earlier request is dropped.
        drop(state);
        drop(previous);
        None
    }

    /// Notes that the threads have ended, and returns the handle to send, if it was asked for.
    pub fn set_exited(&self) -> Option<H> {
        let previous = std::mem::replace(&mut *self.0.lock(), State::Exited);
        match previous {
            State::Running { requested_by } => requested_by,
            State::Exited => None,
        }
    }
}

#[cfg(all(test, not(roundtrip_loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_handle_is_sent_when_both_have_happened() {
        let exit = Exit::default();
        assert_eq!(exit.request(1), None);
        assert_eq!(exit.request(2), None);
        assert_eq!(exit.set_exited(), Some(2));
        assert_eq!(exit.set_exited(), None);
        assert_eq!(exit.request(3), Some(3));
    }
}

#[cfg(all(test, roundtrip_loom))]
mod interleavings {
    use super::*;
    use crate::sync::{Arc, explore, join, thread};

    #[test]
    fn stop_against_exit() {
        explore("server: stop, its threads end", || {
            let exit = Arc::new(Exit::default());
            let exiting = {
                let exit = Arc::clone(&exit);
                thread::spawn(move || exit.set_exited())
            };
            let sent = [exit.request(()), join(exiting)];
            assert_eq!(sent.into_iter().flatten().count(), 1);
        });
    }
}
