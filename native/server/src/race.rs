//! Work that may be interrupted.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// What `work` gives, or nothing where `stop` was there first.
// By hand: tokio's `select!` needs one more crate, for its macros.
pub async fn until<T>(work: impl Future<Output = T>, stop: impl Future) -> Option<T> {
    let (mut work, mut stop) = (pin!(work), pin!(stop));
    poll_fn(|cx| {
        // Looked at first: work that is always ready must not keep it waiting.
        if stop.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        work.as_mut().poll(cx).map(Some)
    })
    .await
}
