//! The latency histogram as a resource: the lessons `resources`, `mutation` and `messages` use it.

use crate::{LiveGuard, Lock};
use roundtrip_core::resources::{Latencies, Snapshot};
use rustler::Resource;

/// A histogram that many processes may change in place.
pub struct Histogram {
    /// What was recorded.
    pub latencies: Lock<Latencies>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Histogram {}

impl Histogram {
    /// Puts the latencies behind a lock.
    pub fn new(latencies: Latencies) -> Self {
        Histogram {
            latencies: Lock::new(latencies),
            _guard: LiveGuard::new(),
        }
    }

    /// Returns what was recorded so far; the lock is free again when the caller gets it.
    pub fn snapshot(&self) -> Snapshot {
        self.latencies.lock().snapshot()
    }
}
