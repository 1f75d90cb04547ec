//! Counts the values that Rust holds for Elixir, so that a leak can be seen.

use std::sync::atomic::{AtomicUsize, Ordering};

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Counts the value whose field it is: one more when it is made, one less when it is dropped.
pub struct LiveGuard(());

impl LiveGuard {
    /// Counts one more live value.
    #[expect(
        clippy::new_without_default,
        reason = "a default value should have no side effect"
    )]
    pub fn new() -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        LiveGuard(())
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Returns how many values are live now, in the library that asks.
pub fn count() -> usize {
    LIVE.load(Ordering::Relaxed)
}
