//! NIFs of the lesson `resources`.

use crate::error::refuse;
use crate::live::Live;
pub use crate::snapshot::Snapshot;
use parking_lot::Mutex;
use roundtrip_core::resources as core;
use rustler::types::atom::ok;
use rustler::{
    Atom, Binary, Env, Error, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, sys,
};
use std::panic::RefUnwindSafe;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

mod atoms {
    rustler::atoms! { dropped, swept }
}

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
    Ok(ok())
}

#[rustler::nif]
fn histogram_snapshot(histogram: ResourceArc<Histogram>) -> Snapshot {
    histogram.snapshot()
}

/// A type that somebody forgot to register: `#[rustler::resource_impl]` is missing, for teaching.
pub struct Unregistered;

impl Resource for Unregistered {}

#[rustler::nif]
fn unregistered_new() -> ResourceArc<Unregistered> {
    ResourceArc::new(Unregistered)
}

/// Tells its owner, when it ends, that it ended and who ended it.
pub struct Witness {
    owner: LocalPid,
    name: String,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Witness {
    fn destructor(self, env: Env<'_>) {
        // An owner that is dead needs no message.
        let _ = env.send(&self.owner, (atoms::dropped(), self.name, runner()));
    }
}

/// Who runs this: a scheduler of the VM, or a thread of Rust's own, by its name.
fn runner() -> String {
    // SAFETY: it takes nothing, and any thread may ask what kind of thread it is.
    match unsafe { sys::enif_thread_type() } {
        sys::ERL_NIF_THR_NORMAL_SCHEDULER => "normal scheduler".into(),
        sys::ERL_NIF_THR_UNDEFINED => thread::current().name().unwrap_or_default().into(),
        _ => "dirty scheduler".into(),
    }
}

#[rustler::nif]
fn witness_new(owner: LocalPid, name: String) -> ResourceArc<Witness> {
    let _live = Live::new();
    ResourceArc::new(Witness { owner, name, _live })
}

/// Holds one witness for Rust, whether or not Elixir still knows it.
pub struct Shelf {
    held: Mutex<Option<ResourceArc<Witness>>>,
    _live: Live,
}

// The lock guards one pointer, which no panic can leave half written. To let go of a witness under
// it is quick: the VM runs the destructor later.
impl RefUnwindSafe for Shelf {}

#[rustler::resource_impl]
impl Resource for Shelf {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        *self.held.lock() = None;
    }
}

#[rustler::nif]
fn shelf_new() -> ResourceArc<Shelf> {
    let held = Mutex::new(None);
    let _live = Live::new();
    ResourceArc::new(Shelf { held, _live })
}

#[rustler::nif]
fn shelf_put(shelf: ResourceArc<Shelf>, witness: ResourceArc<Witness>) -> Atom {
    *shelf.held.lock() = Some(witness);
    ok()
}

#[rustler::nif]
fn shelf_take(shelf: ResourceArc<Shelf>) -> Option<ResourceArc<Witness>> {
    shelf.held.lock().take()
}

#[rustler::nif]
fn shelf_watch(env: Env<'_>, shelf: ResourceArc<Shelf>, pid: LocalPid) -> bool {
    env.monitor(&shelf, &pid).is_some()
}

/// A value that takes its time to end, as one that flushes a file would.
pub struct Slow {
    takes: Duration,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Slow {}

impl Slow {
    fn new(milliseconds: i64) -> NifResult<Self> {
        let takes = core::takes(milliseconds).map_err(refuse)?;
        let _live = Live::new();
        Ok(Slow { takes, _live })
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(self.takes);
    }
}

#[rustler::nif]
fn slow_new(milliseconds: i64) -> NifResult<ResourceArc<Slow>> {
    Ok(ResourceArc::new(Slow::new(milliseconds)?))
}

/// Anything that may be dropped on another thread.
type Rubbish = Box<dyn Send>;

/// A thread that drops what others hand to it. It ends when nobody is left who could.
pub struct Sweeper {
    rubbish: Sender<Rubbish>,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Sweeper {}

#[rustler::nif]
fn sweeper_new(owner: LocalPid) -> NifResult<ResourceArc<Sweeper>> {
    let (rubbish, received) = mpsc::channel();
    thread::Builder::new()
        .name("rt-sweeper".into())
        .spawn(move || sweep(received, owner))
        .map_err(|error| Error::RaiseTerm(Box::new(error.to_string())))?;
    let _live = Live::new();
    Ok(ResourceArc::new(Sweeper { rubbish, _live }))
}

fn sweep(received: Receiver<Rubbish>, owner: LocalPid) {
    let mut env = OwnedEnv::new();
    for rubbish in received {
        drop(rubbish);
        // An owner that is dead needs no message.
        let _ = env.send_and_clear(&owner, |_| (atoms::swept(), runner()));
    }
}

/// The same value, with a way to end that does not keep the scheduler.
pub struct Swept {
    slow: Option<Slow>,
    sweeper: Sender<Rubbish>,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Swept {}

impl Drop for Swept {
    fn drop(&mut self) {
        if let Some(slow) = self.slow.take() {
            // It comes back only when the thread is gone, and is then dropped here.
            let _ = self.sweeper.send(Box::new(slow));
        }
    }
}

#[rustler::nif]
fn swept_new(sweeper: ResourceArc<Sweeper>, milliseconds: i64) -> NifResult<ResourceArc<Swept>> {
    let slow = Some(Slow::new(milliseconds)?);
    let sweeper = sweeper.rubbish.clone();
    let _live = Live::new();
    Ok(ResourceArc::new(Swept {
        slow,
        sweeper,
        _live,
    }))
}

#[rustler::nif]
fn shelf_sweep(shelf: ResourceArc<Shelf>, sweeper: ResourceArc<Sweeper>) -> Atom {
    // It comes back only when the thread is gone, and is then dropped here.
    let _ = sweeper.rubbish.send(Box::new(shelf.held.lock().take()));
    ok()
}

/// Panics while it is dropped, for teaching.
pub struct Fragile {
    _witness: ResourceArc<Witness>,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Fragile {}

impl Drop for Fragile {
    fn drop(&mut self) {
        panic!("a panic in Drop, on purpose");
    }
}

#[rustler::nif]
fn fragile_new(witness: ResourceArc<Witness>) -> ResourceArc<Fragile> {
    let _live = Live::new();
    ResourceArc::new(Fragile {
        _witness: witness,
        _live,
    })
}

/// Bytes that Elixir may read where they are. They never change, so a view of them may be given out.
pub struct Recording {
    bytes: Vec<u8>,
    _witness: ResourceArc<Witness>,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Recording {}

#[rustler::nif(schedule = "DirtyCpu")]
fn recording_new(witness: ResourceArc<Witness>, size: i64) -> NifResult<ResourceArc<Recording>> {
    let bytes = core::recording(size).map_err(refuse)?;
    let _live = Live::new();
    Ok(ResourceArc::new(Recording {
        bytes,
        _witness: witness,
        _live,
    }))
}

#[rustler::nif]
fn recording_view(env: Env<'_>, recording: ResourceArc<Recording>) -> Binary<'_> {
    recording.make_binary(env, |recording| &recording.bytes)
}
