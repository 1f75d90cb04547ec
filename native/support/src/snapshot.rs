//! What a histogram said at one moment, as both libraries give it to Elixir.

use roundtrip_core::resources as core;
use rustler::NifStruct;

/// Every figure but the count is in microseconds.
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
