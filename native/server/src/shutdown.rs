//! How a server is told to stop, and how its tasks notice.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use tokio::sync::watch;
use tokio::time::Instant;

/// Whether a server should stop, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shutdown {
    /// Keep running.
    NotRequested,
    /// Finish the requests in flight, but take no longer than until this instant.
    Graceful(Instant),
    /// Drop everything at once.
    Immediate,
}

impl Shutdown {
    /// Returns whether the server should stop in either way.
    pub(crate) fn is_requested(&self) -> bool {
        *self != Shutdown::NotRequested
    }

    /// Returns until when requests in flight may be answered.
    pub(crate) fn deadline(&self) -> Instant {
        match self {
            Shutdown::Graceful(deadline) => *deadline,
            Shutdown::NotRequested | Shutdown::Immediate => Instant::now(),
        }
    }

    /// Returns whether the server should stop without finishing anything.
    pub(crate) fn is_immediate(&self) -> bool {
        *self == Shutdown::Immediate
    }
}

/// Receives every change of a server's [`Shutdown`].
pub(crate) type ShutdownReceiver = watch::Receiver<Shutdown>;

/// Runs `work` to its end, or until `should_stop` holds. Returns `None` when it was stopped.
// tokio's `select!` would need one more crate, for its macros. It would also poll `stopped` each
// time the work makes progress, and that takes a lock that all connections share
// (bench/server/load.exs).
pub(crate) async fn run_until_stopped<T>(
    work: impl Future<Output = T>,
    shutdown: &ShutdownReceiver,
    should_stop: impl Fn(&Shutdown) -> bool,
) -> Option<T> {
    let (changes, mut waiting) = (shutdown.clone(), shutdown.clone());
    let mut stopped = pin!(waiting.wait_for(|shutdown| should_stop(shutdown)));
    let mut work = pin!(work);
    let mut is_registered = false;
    poll_fn(|cx| {
        // One poll registers the task's waker, so the next is due only after a change. The stop is
        // polled before the work because work that is always ready would never let it run.
        if !is_registered || changes.has_changed().unwrap_or(true) {
            is_registered = true;
            // An error means that the sender was dropped, which stops the work too.
            if stopped.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
        }
        work.as_mut().poll(cx).map(Some)
    })
    .await
}
