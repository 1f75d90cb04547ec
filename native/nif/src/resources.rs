//! NIFs of the lesson `resources`.

use crate::error::refuse;
use crate::live::Live;
use parking_lot::Mutex;
use roundtrip_core::resources as core;
use rustler::{Atom, NifResult, NifStruct, Resource, ResourceArc};
use std::panic::RefUnwindSafe;

/// A histogram that many processes may change in place.
pub struct Histogram {
    pub latencies: Mutex<core::Latencies>,
    _live: Live,
}

// A panic while the lock is held can at worst lose the one latency that was being recorded.
impl RefUnwindSafe for Histogram {}

#[rustler::resource_impl]
impl Resource for Histogram {}

impl Histogram {
    /// What was recorded so far; the lock is released before the answer is used.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::from(self.latencies.lock().snapshot())
    }
}

#[derive(NifStruct, Default)]
#[module = "Roundtrip.Resources.Snapshot"]
pub struct Snapshot {
    count: u64,
    min: u64,
    p50: u64,
    p99: u64,
    max: u64,
}

impl From<core::Snapshot> for Snapshot {
    fn from(snapshot: core::Snapshot) -> Self {
        let core::Snapshot {
            count,
            min,
            p50,
            p99,
            max,
        } = snapshot;
        Snapshot {
            count,
            min,
            p50,
            p99,
            max,
        }
    }
}

#[rustler::nif]
fn histogram_new(longest: i64) -> NifResult<ResourceArc<Histogram>> {
    let latencies = Mutex::new(core::Latencies::new(longest).map_err(refuse)?);
    let _live = Live::new();
    Ok(ResourceArc::new(Histogram { latencies, _live }))
}

#[rustler::nif]
fn histogram_record(histogram: ResourceArc<Histogram>, microseconds: i64) -> NifResult<Atom> {
    histogram
        .latencies
        .lock()
        .record(microseconds)
        .map_err(refuse)?;
    Ok(rustler::types::atom::ok())
}

#[rustler::nif]
fn histogram_snapshot(histogram: ResourceArc<Histogram>) -> Snapshot {
    histogram.snapshot()
}
