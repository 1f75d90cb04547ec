//! NIFs of the lesson `resources`.

use parking_lot::Mutex;
use roundtrip_core::bounded::Milliseconds;
use roundtrip_core::resources::{self, Latencies, Longest, Size, Snapshot};
use roundtrip_support::{Histogram, LiveGuard, Lock, consume_microseconds, live};
use rustler::types::atom::ok;
use rustler::{
    Atom, Binary, Env, Error, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, sys,
};
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

mod atoms {
    rustler::atoms! { dropped, dropped_on }
}

#[rustler::nif]
fn histogram_new(env: Env, longest: Longest) -> NifResult<ResourceArc<Histogram>> {
    consume_microseconds(env, 200);
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

/// Sends its owner a message when it is dropped: its name, and what ran the drop.
struct DropNotifier {
    owner: LocalPid,
    name: String,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for DropNotifier {
    fn destructor(self, env: Env<'_>) {
        // An owner that is dead needs no message.
        let _ = env.send(&self.owner, (atoms::dropped(), self.name, runner()));
    }
}

/// Names what runs this code: a kind of scheduler, or a thread of Rust's own.
fn runner() -> String {
    // SAFETY: the function takes no arguments, and any thread may call it.
    match unsafe { sys::enif_thread_type() } {
        sys::ERL_NIF_THR_NORMAL_SCHEDULER => "normal scheduler".into(),
        sys::ERL_NIF_THR_UNDEFINED => thread::current().name().unwrap_or_default().into(),
        _ => "dirty scheduler".into(),
    }
}

impl DropNotifier {
    fn new(owner: LocalPid, name: String) -> Self {
        DropNotifier {
            owner,
            name,
            _guard: LiveGuard::new(),
        }
    }
}

#[rustler::nif]
fn drop_notifier_new(owner: LocalPid, name: String) -> ResourceArc<DropNotifier> {
    ResourceArc::new(DropNotifier::new(owner, name))
}

/// Keeps one notifier alive, even when Elixir has no reference to it any more.
struct Slot {
    held: Lock<Option<ResourceArc<DropNotifier>>>,
    monitored: Lock<Vec<LocalPid>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Slot {
    fn down<'a>(&'a self, _env: Env<'a>, pid: LocalPid, _monitor: Monitor) {
        self.monitored.lock().retain(|monitored| *monitored != pid);
        // Dropping the notifier under the lock is quick: the VM runs its destructor later.
        *self.held.lock() = None;
    }
}

#[rustler::nif]
fn slot_new() -> ResourceArc<Slot> {
    ResourceArc::new(Slot {
        held: Lock::default(),
        monitored: Lock::default(),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn slot_put(slot: &Slot, notifier: ResourceArc<DropNotifier>) -> Atom {
    *slot.held.lock() = Some(notifier);
    ok()
}

#[rustler::nif]
fn slot_take(slot: &Slot) -> Option<ResourceArc<DropNotifier>> {
    slot.held.lock().take()
}

#[rustler::nif]
fn slot_monitor(env: Env<'_>, slot: ResourceArc<Slot>, pid: LocalPid) -> bool {
    let mut monitored = slot.monitored.lock();
    // A second monitor of the same process would take memory and change nothing.
    if monitored.contains(&pid) {
        return pid.is_alive(env);
    }
    let is_alive = env.monitor(&slot, &pid).is_some();
    if is_alive {
        monitored.push(pid);
    }
    is_alive
}

/// A value that is slow to drop, as one that flushes a file would be.
struct SlowDrop {
    drop_time: Duration,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for SlowDrop {}

impl SlowDrop {
    fn new(drop_time: Milliseconds) -> Self {
        SlowDrop {
            drop_time: Duration::from_millis(drop_time.get()),
            _guard: LiveGuard::new(),
        }
    }
}

impl Drop for SlowDrop {
    fn drop(&mut self) {
        thread::sleep(self.drop_time);
    }
}

#[rustler::nif]
fn slow_drop_new(milliseconds: Milliseconds) -> ResourceArc<SlowDrop> {
    ResourceArc::new(SlowDrop::new(milliseconds))
}

/// Anything that may be dropped on another thread.
type Garbage = Box<dyn Send>;

/// A thread that drops what it is sent. It ends when no sender is left.
struct DropThread {
    garbage_tx: Sender<Garbage>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for DropThread {}

/// Why there is no drop thread.
#[derive(Debug, thiserror::Error)]
enum DropThreadError {
    #[error("no thread could be started: {0}")]
    NotStarted(#[from] io::Error),
}

impl From<DropThreadError> for Error {
    fn from(error: DropThreadError) -> Self {
        Error::RaiseTerm(Box::new(error.to_string()))
    }
}

impl DropThread {
    fn start(owner: LocalPid) -> Result<Self, DropThreadError> {
        let (garbage_tx, garbage_rx) = mpsc::channel();
        thread::Builder::new()
            .name("rt-drop".into())
            .spawn(move || drop_garbage(garbage_rx, owner))?;
        Ok(DropThread {
            garbage_tx,
            _guard: LiveGuard::new(),
        })
    }
}

#[rustler::nif]
fn drop_thread_new(owner: LocalPid) -> NifResult<ResourceArc<DropThread>> {
    Ok(ResourceArc::new(DropThread::start(owner)?))
}

fn drop_garbage(garbage_rx: Receiver<Garbage>, owner: LocalPid) {
    let mut env = OwnedEnv::new();
    for garbage in garbage_rx {
        drop(garbage);
        // An owner that is dead needs no message.
        let _ = env.send_and_clear(&owner, |_| (atoms::dropped_on(), runner()));
    }
}

/// A slow value that is dropped on a drop thread, so that no scheduler waits for it.
struct DeferredDrop {
    slow: Option<SlowDrop>,
    garbage_tx: Sender<Garbage>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for DeferredDrop {}

impl Drop for DeferredDrop {
    fn drop(&mut self) {
        if let Some(slow) = self.slow.take() {
            // The send fails only if the thread has ended; the value is then dropped here.
            let _ = self.garbage_tx.send(Box::new(slow));
        }
    }
}

#[rustler::nif]
fn deferred_drop_new(
    drop_thread: &DropThread,
    milliseconds: Milliseconds,
) -> ResourceArc<DeferredDrop> {
    ResourceArc::new(DeferredDrop {
        slow: Some(SlowDrop::new(milliseconds)),
        garbage_tx: drop_thread.garbage_tx.clone(),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn slot_drop_on(slot: &Slot, drop_thread: &DropThread) -> Atom {
    // The send fails only if the thread has ended; the value is then dropped here.
    let _ = drop_thread
        .garbage_tx
        .send(Box::new(slot.held.lock().take()));
    ok()
}

/// Panics when it is dropped, for teaching.
struct PanicOnDrop {
    _notifier: ResourceArc<DropNotifier>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for PanicOnDrop {}

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic!("a panic in Drop, on purpose");
    }
}

#[rustler::nif]
fn panic_on_drop_new(notifier: ResourceArc<DropNotifier>) -> ResourceArc<PanicOnDrop> {
    ResourceArc::new(PanicOnDrop {
        _notifier: notifier,
        _guard: LiveGuard::new(),
    })
}

/// Two numbers that should always be equal. Its lock makes no promise about panics, for teaching.
struct Pair {
    numbers: Mutex<(i64, i64)>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Pair {}

/// Sends a new pair to its caller, because rustc rejects a NIF that returns one.
#[rustler::nif]
fn pair_send(env: Env<'_>) -> Atom {
    let pair = ResourceArc::new(Pair {
        numbers: Mutex::default(),
        _guard: LiveGuard::new(),
    });
    // A NIF's caller is alive, so the message can be sent.
    let _ = env.send(&env.pid(), pair);
    ok()
}

#[rustler::nif]
fn pair_set(pair: &Pair, number: i64) -> Atom {
    let mut numbers = pair.numbers.lock();
    numbers.0 = number;
    assert!(number >= 0, "a panic between two writes, on purpose");
    numbers.1 = number;
    ok()
}

#[rustler::nif]
fn pair_get(pair: &Pair) -> (i64, i64) {
    *pair.numbers.lock()
}

/// Bytes that Elixir reads in place. They never change, so it may have views of them.
struct Recording {
    bytes: resources::Recording,
    _notifier: ResourceArc<DropNotifier>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Recording {}

impl Recording {
    fn new(bytes: resources::Recording, notifier: ResourceArc<DropNotifier>) -> Self {
        Recording {
            bytes,
            _notifier: notifier,
            _guard: LiveGuard::new(),
        }
    }
}

pub(crate) fn keep_types(owner: LocalPid) {
    let notifier = ResourceArc::new(DropNotifier::new(owner, String::new()));
    live::leak(ResourceArc::new(Recording::new(
        resources::Recording::empty(),
        notifier.clone(),
    )));
    live::leak(notifier);
}

#[rustler::nif(schedule = "DirtyCpu")]
fn recording_new(
    notifier: ResourceArc<DropNotifier>,
    size: Size,
) -> NifResult<ResourceArc<Recording>> {
    let bytes = resources::Recording::new(size)?;
    Ok(ResourceArc::new(Recording::new(bytes, notifier)))
}

#[rustler::nif]
fn recording_view(env: Env<'_>, recording: ResourceArc<Recording>) -> Binary<'_> {
    recording.make_binary(env, |recording| &recording.bytes)
}
