//! Counts the values that Rust holds on behalf of Elixir, so that a leak can be seen.

use std::sync::atomic::{AtomicUsize, Ordering};

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// One live value: counted when it is made, discounted when it is dropped.
/// A resource holds one as a field.
pub struct Live;

impl Live {
    /// Counts one more.
    #[expect(clippy::new_without_default, reason = "whoever counts says so")]
    pub fn new() -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Live
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many there are now, in the library that asks.
pub fn count() -> usize {
    LIVE.load(Ordering::Relaxed)
}
