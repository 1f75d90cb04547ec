//! One timer for all deadlines of a connection.

use parking_lot::Mutex;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is set again only when it has run out: most requests are answered long before
/// their deadline, and to set a timer for each and take it away takes a lock that all share.
pub struct Alarm(Mutex<Pin<Box<Sleep>>>);

impl Alarm {
    /// One that has run out.
    pub fn new() -> Self {
        Alarm(Mutex::new(Box::pin(sleep_until(Instant::now()))))
    }

    /// Ready at the deadline. The deadlines of a connection only grow, so that a timer set for an
    /// earlier one is never late.
    pub fn poll(&self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
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
