//! What the two halves of a connection tell each other: its socket and its service.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// What the service of a connection is doing.
#[derive(Clone, Copy)]
pub(crate) enum Stage {
    /// It waits for a request.
    Idle,
    /// It reads a body.
    ReadingBody,
    /// It waits for the handler, which has a deadline of its own.
    WaitingForHandler,
}

/// The state that both halves see. One task runs both, so `Relaxed` is enough.
#[derive(Default)]
pub(crate) struct ConnectionState {
    stage: AtomicU8,
    stage_changed: Flag,
    /// A body did not arrive in time.
    pub(crate) body_timed_out: Flag,
    /// A request had both a Content-Length and a Transfer-Encoding.
    pub(crate) is_ambiguous: Flag,
    /// A part of a request was not read. Closing the socket now would reset the connection, and the
    /// client would not see the response.
    pub(crate) has_unread_input: Flag,
    /// A graceful shutdown takes longer than it may.
    pub(crate) shutdown_timed_out: Flag,
}

impl ConnectionState {
    /// Sets what the service is doing from now on.
    pub(crate) fn set_stage(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
        self.stage_changed.set();
    }

    /// Returns whether the service is doing this now.
    pub(crate) fn is_at(&self, stage: Stage) -> bool {
        self.stage.load(Ordering::Relaxed) == stage as u8
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
