//! What the two halves of a connection tell each other: its socket and its service.

use roundtrip_support::Lock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a connection is doing.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It waits for the first byte of its first request.
    #[default]
    New,
    /// It waits for the first byte of another request.
    Idle,
    /// It reads the head of a request.
    ReadingHead,
    /// It reads a body.
    ReadingBody,
    /// It waits for the handler, which has a deadline of its own.
    WaitingForHandler,
}

/// The state that both halves see. One task runs both, so `Relaxed` is enough.
#[derive(Default)]
pub(crate) struct ConnectionState {
    stage: Lock<Stage>,
    stage_changed: Flag,
    /// How much of a body is still to be read.
    body_left: AtomicU64,
    /// A body did not arrive in time.
    pub(crate) body_timed_out: Flag,
    /// The connection is closed after the next response, and what the client sends until then is
    /// discarded. Closing the socket at once would reset the connection, and the client would not see
    /// the response.
    pub(crate) must_close: Flag,
    /// A graceful shutdown takes longer than it may.
    pub(crate) shutdown_timed_out: Flag,
}

impl ConnectionState {
    /// Sets what the connection is doing from now on.
    pub(crate) fn set_stage(&self, stage: Stage) {
        *self.stage.lock() = stage;
        self.stage_changed.set();
    }

    /// Returns what the connection is doing.
    pub(crate) fn stage(&self) -> Stage {
        *self.stage.lock()
    }

    /// Starts a body of this length. A chunked one has none, and ends the connection.
    pub(crate) fn start_body(&self, length: Option<u64>) {
        let length = length.unwrap_or(u64::MAX);
        self.body_left.store(length, Ordering::Relaxed);
        self.set_stage(Stage::ReadingBody);
    }

    /// Takes the bytes that belong to the body from what was read, and returns how many they are.
    pub(crate) fn take_body(&self, read: usize) -> usize {
        let left = self.body_left.load(Ordering::Relaxed);
        let taken = usize::try_from(left).map_or(read, |left| left.min(read));
        self.body_left.store(left - taken as u64, Ordering::Relaxed);
        taken
    }

    /// Returns whether a stage was set since the last call.
    pub(crate) fn take_stage_changed(&self) -> bool {
        self.stage_changed.take()
    }
}

/// A boolean that starts as false.
#[derive(Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    /// Makes it true.
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns its value.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Makes it false, and returns what it was before.
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}
