//! What a server counts of itself.

use parking_lot::Mutex;
use roundtrip_core::resources::{LONGEST, Latencies};
use roundtrip_support::snapshot::Snapshot;
use rustler::{NifMap, NifStruct};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Answers by the class of their status.
#[derive(NifMap, Default)]
pub struct Statuses {
    success: u64,
    redirection: u64,
    client_error: u64,
    server_error: u64,
}

/// The counts at one moment.
#[derive(NifStruct, Default)]
#[module = "Roundtrip.Server.Stats"]
pub struct Stats {
    requests: u64,
    in_flight: u64,
    connections: u64,
    refused: u64,
    malformed: u64,
    statuses: Statuses,
    latency: Snapshot,
}

/// The counts as they grow.
pub struct Counters {
    requests: AtomicU64,
    in_flight: Arc<AtomicUsize>,
    connections: AtomicUsize,
    refused: AtomicU64,
    malformed: AtomicU64,
    classes: [AtomicU64; 4],
    latencies: Mutex<Latencies>,
}

impl Counters {
    /// All at nothing.
    ///
    /// # Errors
    /// None: the histogram's range is one that it takes.
    pub fn new() -> Result<Self, roundtrip_core::Error> {
        Ok(Counters {
            requests: AtomicU64::default(),
            in_flight: Arc::default(),
            connections: AtomicUsize::default(),
            refused: AtomicU64::default(),
            malformed: AtomicU64::default(),
            classes: Default::default(),
            latencies: Mutex::new(Latencies::new(LONGEST)?),
        })
    }

    /// One request was answered.
    pub fn answered(&self, status: u16, latency: Duration) {
        let class = usize::from(status / 100).saturating_sub(2);
        if let Some(class) = self.classes.get(class) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        let microseconds = i64::try_from(latency.as_micros()).unwrap_or(LONGEST);
        // What is over the histogram's hour counts as an hour.
        let _ = self.latencies.lock().record(microseconds.min(LONGEST));
    }

    /// One request began.
    pub fn requested(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection or a request was turned away, for there were too many.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection sent what is not HTTP.
    pub fn malformed(&self) {
        self.malformed.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection, counted until the guard is dropped.
    pub fn connection(&self) -> Counted<'_> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Counted(&self.connections)
    }

    /// A place among `most` requests in flight, if there is one.
    pub fn slot(&self, most: usize) -> Option<Slot> {
        let slot = Slot(Arc::clone(&self.in_flight));
        // Counted first, so that two at once cannot both see the last place; `slot` takes it back.
        (slot.0.fetch_add(1, Ordering::Relaxed) < most).then_some(slot)
    }

    /// The counts now.
    pub fn stats(&self) -> Stats {
        let [success, redirection, client_error, server_error] =
            [0, 1, 2, 3].map(|class: usize| self.classes[class].load(Ordering::Relaxed));
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
            latency: Snapshot::from(self.latencies.lock().snapshot()),
        }
    }
}

/// One of something, until it is dropped.
pub struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One request in flight, until it is dropped: by an answer, a deadline or the end of its handle.
pub struct Slot(Arc<AtomicUsize>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
