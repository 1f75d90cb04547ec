//! NIFs of the lesson `resources`.

use roundtrip_core::bounded::Milliseconds;
use roundtrip_core::resources::{Latencies, Longest, Size, Snapshot, recording};
use roundtrip_support::resources::Histogram;
use roundtrip_support::{LiveGuard, Lock};
use rustler::types::atom::ok;
use rustler::{
    Atom, Binary, Env, Error, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, sys,
};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

mod atoms {
    rustler::atoms! { dropped, swept }
}

#[rustler::nif]
fn histogram_new(longest: Longest) -> NifResult<ResourceArc<Histogram>> {
    let latencies = Latencies::new(longest)?;
    Ok(ResourceArc::new(Histogram::new(latencies)))
}

#[rustler::nif]
fn histogram_record(histogram: &Histogram, microseconds: i64) -> NifResult<Atom> {
    histogram.latencies.lock().record(microseconds)?;
    Ok(ok())
}

#[rustler::nif]
fn histogram_snapshot(histogram: &Histogram) -> Snapshot {
    histogram.snapshot()
}

/// A type that somebody forgot to register: `#[rustler::resource_impl]` is missing, for teaching.
struct Unregistered;

impl Resource for Unregistered {}

#[rustler::nif]
fn unregistered_new() -> ResourceArc<Unregistered> {
    ResourceArc::new(Unregistered)
}

/// Tells its owner, when it ends, that it ended and who ended it.
struct Witness {
    owner: LocalPid,
    name: String,
    _guard: LiveGuard,
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
    ResourceArc::new(Witness {
        owner,
        name,
        _guard: LiveGuard::new(),
    })
}

/// Holds one witness for Rust, whether or not Elixir still knows it.
struct Shelf {
    held: Lock<Option<ResourceArc<Witness>>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Shelf {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        // Dropping the witness under the lock is quick: the VM runs its destructor later.
        *self.held.lock() = None;
    }
}

#[rustler::nif]
fn shelf_new() -> ResourceArc<Shelf> {
    ResourceArc::new(Shelf {
        held: Lock::default(),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn shelf_put(shelf: &Shelf, witness: ResourceArc<Witness>) -> Atom {
    *shelf.held.lock() = Some(witness);
    ok()
}

#[rustler::nif]
fn shelf_take(shelf: &Shelf) -> Option<ResourceArc<Witness>> {
    shelf.held.lock().take()
}

#[rustler::nif]
fn shelf_watch(env: Env<'_>, shelf: ResourceArc<Shelf>, pid: LocalPid) -> bool {
    env.monitor(&shelf, &pid).is_some()
}

/// A value that is slow to drop, as one that flushes a file would be.
struct Slow {
    drop_time: Duration,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Slow {}

impl Slow {
    fn new(drop_time: Milliseconds) -> Self {
        Slow {
            drop_time: Duration::from_millis(drop_time.get()),
            _guard: LiveGuard::new(),
        }
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(self.drop_time);
    }
}

#[rustler::nif]
fn slow_new(milliseconds: Milliseconds) -> ResourceArc<Slow> {
    ResourceArc::new(Slow::new(milliseconds))
}

/// Anything that may be dropped on another thread.
type Rubbish = Box<dyn Send>;

/// A thread that drops what others hand to it. It ends when nobody is left who could.
struct Sweeper {
    rubbish: Sender<Rubbish>,
    _guard: LiveGuard,
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
    Ok(ResourceArc::new(Sweeper {
        rubbish,
        _guard: LiveGuard::new(),
    }))
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
struct Swept {
    slow: Option<Slow>,
    sweeper: Sender<Rubbish>,
    _guard: LiveGuard,
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
fn swept_new(sweeper: &Sweeper, milliseconds: Milliseconds) -> ResourceArc<Swept> {
    ResourceArc::new(Swept {
        slow: Some(Slow::new(milliseconds)),
        sweeper: sweeper.rubbish.clone(),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn shelf_sweep(shelf: &Shelf, sweeper: &Sweeper) -> Atom {
    // It comes back only when the thread is gone, and is then dropped here.
    let _ = sweeper.rubbish.send(Box::new(shelf.held.lock().take()));
    ok()
}

/// Panics while it is dropped, for teaching.
struct Fragile {
    _witness: ResourceArc<Witness>,
    _guard: LiveGuard,
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
    ResourceArc::new(Fragile {
        _witness: witness,
        _guard: LiveGuard::new(),
    })
}

/// Bytes that Elixir may read where they are. They never change, so a view of them may be given out.
struct Recording {
    bytes: Vec<u8>,
    _witness: ResourceArc<Witness>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Recording {}

#[rustler::nif(schedule = "DirtyCpu")]
fn recording_new(witness: ResourceArc<Witness>, size: Size) -> ResourceArc<Recording> {
    ResourceArc::new(Recording {
        bytes: recording(size),
        _witness: witness,
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn recording_view(env: Env<'_>, recording: ResourceArc<Recording>) -> Binary<'_> {
    recording.make_binary(env, |recording| &recording.bytes)
}
