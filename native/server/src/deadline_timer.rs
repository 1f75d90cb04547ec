//! One timer for all the deadlines of a connection.

use roundtrip_support::Lock;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is reset only after it has fired.
///
/// Most requests are answered long before their deadline. Resetting the timer for each of them
/// would take a lock that all connections share (bench/server/load.exs shows the difference).
pub(crate) struct DeadlineTimer(Lock<Pin<Box<Sleep>>>);

impl DeadlineTimer {
    /// Creates a timer that has already fired.
    pub(crate) fn new() -> Self {
        DeadlineTimer(Lock::new(Box::pin(sleep_until(Instant::now()))))
    }

    /// Is ready when the deadline has passed.
    ///
    /// Deadlines must not decrease from call to call: a timer that was set for an earlier deadline
    /// fires early and is then reset, but one that was set for a later deadline would fire late.
    pub(crate) fn poll(&self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let mut sleep = self.0.lock();
        while sleep.as_mut().poll(cx).is_ready() {
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}
