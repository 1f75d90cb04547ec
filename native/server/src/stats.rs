//! What a server counts about itself.

use roundtrip_core::resources::{Latencies, Longest, Snapshot};
use roundtrip_support::Lock;
use rustler::{NifMap, NifStruct};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// The number of responses by the class of their status.
#[derive(NifMap, Default)]
pub(crate) struct Statuses {
    success: u64,
    redirection: u64,
    client_error: u64,
    server_error: u64,
}

/// The counts at one moment.
#[derive(NifStruct, Default)]
#[module = "Roundtrip.Server.Stats"]
pub(crate) struct Stats {
    requests: u64,
    in_flight: u64,
    connections: u64,
    refused: u64,
    malformed: u64,
    statuses: Statuses,
    latency: Snapshot,
}

/// The counts of a running server.
pub(crate) struct Counters {
    requests: AtomicU64,
    in_flight: Arc<AtomicUsize>,
    body_bytes: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    refused: AtomicU64,
    malformed: AtomicU64,
    /// One each for the classes 2xx, 3xx, 4xx and 5xx.
    responses: [AtomicU64; 4],
    latencies: Lock<Latencies>,
}

impl Counters {
    /// Creates counters that are all zero.
    pub(crate) fn new() -> Result<Self, roundtrip_core::Error> {
        Ok(Counters {
            requests: AtomicU64::default(),
            in_flight: Arc::default(),
            body_bytes: Arc::default(),
            connections: Arc::default(),
            refused: AtomicU64::default(),
            malformed: AtomicU64::default(),
            responses: Default::default(),
            latencies: Lock::new(Latencies::new(Longest::MAX)?),
        })
    }

    /// Counts a response and records how long it took.
    pub(crate) fn count_response(&self, status: u16, latency: Duration) {
        let class = usize::from(status / 100).saturating_sub(2);
        if let Some(class) = self.responses.get(class) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        self.latencies.lock().record_saturating(latency);
    }

    /// Counts a request whose head has arrived.
    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection or a request that was refused because there were too many.
    pub(crate) fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection on which something other than HTTP was received.
    pub(crate) fn count_malformed(&self) {
        self.malformed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection as open until the guard is dropped.
    pub(crate) fn open_connection(&self) -> CountGuard {
        CountGuard::new(&self.connections, 1).0
    }

    /// Counts a request as in flight until the permit is dropped. Returns `None` when there are
    /// `max` already.
    pub(crate) fn in_flight_permit(&self, max: usize) -> Option<InFlightPermit> {
        // Counted before the comparison, so that two requests can't both get the last permit.
        let (guard, before) = CountGuard::new(&self.in_flight, 1);
        (before < max).then(|| InFlightPermit {
            body: CountGuard::new(&self.body_bytes, 0).0,
            _guard: guard,
        })
    }

    /// Reads the counts.
    pub(crate) fn stats(&self) -> Stats {
        let [success, redirection, client_error, server_error] =
            std::array::from_fn(|class| self.responses[class].load(Ordering::Relaxed));
        Stats {
            requests: self.requests.load(Ordering::Relaxed),
            in_flight: self.in_flight.load(Ordering::Relaxed) as u64,
            connections: self.connections.load(Ordering::Relaxed) as u64,
            refused: self.refused.load(Ordering::Relaxed),
            malformed: self.malformed.load(Ordering::Relaxed),
            statuses: Statuses {
                success,
                redirection,
                client_error,
                server_error,
            },
            latency: self.latencies.lock().snapshot(),
        }
    }
}

/// Counts connections, requests or bytes until it is dropped.
#[derive(Default)]
pub(crate) struct CountGuard {
    total: Arc<AtomicUsize>,
    counted: usize,
}

impl CountGuard {
    /// Counts `counted` more, and returns how many there were before.
    fn new(total: &Arc<AtomicUsize>, counted: usize) -> (Self, usize) {
        let before = total.fetch_add(counted, Ordering::Relaxed);
        let total = Arc::clone(total);
        (CountGuard { total, counted }, before)
    }

    /// Counts more, and returns how many there were before.
    fn add(&mut self, more: usize) -> usize {
        self.counted += more;
        self.total.fetch_add(more, Ordering::Relaxed)
    }
}

impl Drop for CountGuard {
    fn drop(&mut self) {
        self.total.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

/// The permission to have one request in flight. It is dropped when Elixir has answered the request,
/// has learned that no answer is wanted any more, or drops the handle.
#[derive(Default)]
pub(crate) struct InFlightPermit {
    body: CountGuard,
    _guard: CountGuard,
}

impl InFlightPermit {
    /// Counts bytes of the request's body as held. Returns false if all bodies together then exceed
    /// `max` bytes.
    pub(crate) fn hold_body(&mut self, bytes: usize, max: usize) -> bool {
        self.body.add(bytes) + bytes <= max
    }
}
