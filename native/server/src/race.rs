//! Work that may be interrupted.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use tokio::sync::watch::Receiver;

/// What `work` gives, or nothing where `stop` held first.
// By hand, not tokio's `select!`, which needs one more crate for its macros, and which would look
// for the stop, under a lock that all connections share, whenever the work moves on.
pub async fn until<S, T>(
    work: impl Future<Output = T>,
    told: &Receiver<S>,
    stop: impl FnMut(&S) -> bool,
) -> Option<T> {
    let (seen, mut waits) = (told.clone(), told.clone());
    let (mut work, mut stop) = (pin!(work), pin!(waits.wait_for(stop)));
    let mut registered = false;
    poll_fn(|cx| {
        // A task keeps its waker, so to have asked once is enough until something was told. The
        // stop comes first: work that is always ready must not keep it waiting.
        if !registered || seen.has_changed().unwrap_or(true) {
            registered = true;
            // An error says that nobody is left who could tell, which is a stop as well.
            if stop.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
        }
        work.as_mut().poll(cx).map(Some)
    })
    .await
}
