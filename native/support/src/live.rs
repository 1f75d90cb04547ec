//! Counts the values that Rust holds for Elixir, so that a leak can be seen.

use rustler::{Resource, ResourceArc};
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static LEAKED: AtomicUsize = AtomicUsize::new(0);

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
    LIVE.load(Ordering::Relaxed) - LEAKED.load(Ordering::Relaxed)
}

/// Keeps a resource type, and the library, until the VM ends, by leaking a resource with one
/// [`LiveGuard`].
///
/// When a module is purged, the VM frees its resource types that have no live resource, and unmaps
/// the library if no type is left that has a destructor. Threads and NIFs on dirty schedulers run on,
/// and `ResourceArc::new` would then use freed memory. So each library leaks, while it is loaded, a
/// resource of each type that a thread or a NIF on a dirty scheduler creates.
pub fn leak<T: Resource>(resource: ResourceArc<T>) {
    mem::forget(resource);
    LEAKED.fetch_add(1, Ordering::Relaxed);
}
