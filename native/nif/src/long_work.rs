//! NIFs of the lesson `long_work`: the same work at once, in slices, on dirty schedulers and on a thread.

use crate::Error;
use roundtrip_core::bounded::Milliseconds;
use roundtrip_core::long_work::{self, DirtyLimit, JobLimit, Limit, PrimeCount};
use roundtrip_support::{LiveGuard, SmallTerm, consume_microseconds};
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, OwnedEnv, Resource, ResourceArc};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

mod atoms {
    rustler::atoms! { done, more, opened, primes, timed_out, waiting }
}

#[rustler::nif]
fn count_primes(limit: Limit) -> usize {
    long_work::count_primes(limit.get())
}

#[rustler::nif]
fn count_primes_reported(env: Env, limit: Limit) -> usize {
    let start = Instant::now();
    let count = long_work::count_primes(limit.get());
    consume_microseconds(env, start.elapsed().as_micros());
    count
}

#[rustler::nif(schedule = "DirtyCpu")]
fn count_primes_dirty(limit: DirtyLimit) -> usize {
    long_work::count_primes(limit.get())
}

#[rustler::nif(schedule = "DirtyCpu")]
fn count_primes_measured(limit: DirtyLimit) -> (usize, u128) {
    let start = Instant::now();
    let count = long_work::count_primes(limit.get());
    (count, start.elapsed().as_micros())
}

/// A count of primes between two of its slices.
struct Primes {
    count: Mutex<PrimeCount>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Primes {}

#[rustler::nif]
fn primes_new(limit: JobLimit) -> ResourceArc<Primes> {
    ResourceArc::new(Primes {
        count: Mutex::new(PrimeCount::new(limit)),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn primes_step(env: Env, primes: &Primes) -> (Atom, u32) {
    let start = Instant::now();
    let mut count = primes.count.lock().unwrap_or_else(PoisonError::into_inner);
    let step = match count.advance() {
        Some(found) => (atoms::done(), found),
        None => (atoms::more(), count.next()),
    };
    consume_microseconds(env, start.elapsed().as_micros());
    step
}

/// Blocks NIFs until Elixir opens it.
struct Latch {
    latch: long_work::Latch,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Latch {}

#[rustler::nif]
fn latch_new() -> ResourceArc<Latch> {
    ResourceArc::new(Latch {
        latch: long_work::Latch::default(),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn latch_open(latch: &Latch) -> Atom {
    latch.latch.open();
    ok()
}

#[rustler::nif(schedule = "DirtyIo")]
fn latch_wait(
    env: Env,
    latch: ResourceArc<Latch>,
    owner: LocalPid,
    milliseconds: Milliseconds,
) -> Atom {
    // A dead owner needs no message.
    let _ = env.send(&owner, (atoms::waiting(), latch.clone()));
    if latch.latch.wait(Duration::from_millis(milliseconds.get())) {
        atoms::opened()
    } else {
        atoms::timed_out()
    }
}

/// The right to cancel a job, which is also cancelled when its owner dies, or when nobody has the
/// reference any more. The thread shares the flag only: a thread that held the `Job` would keep it alive.
struct Job {
    cancelled: Arc<AtomicBool>,
    _guard: LiveGuard,
}

impl Job {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

#[rustler::resource_impl]
impl Resource for Job {
    fn down<'a>(&'a self, _env: Env<'a>, _owner: LocalPid, _monitor: Monitor) {
        self.cancel();
    }

    fn destructor(self, _env: Env<'_>) {
        self.cancel();
    }
}

#[rustler::nif]
fn job_start(env: Env, limit: JobLimit, tag: SmallTerm) -> Result<ResourceArc<Job>, Error> {
    let owner = env.pid();
    let cancelled = Arc::new(AtomicBool::new(false));
    let job = ResourceArc::new(Job {
        cancelled: Arc::clone(&cancelled),
        _guard: LiveGuard::new(),
    });
    env.monitor(&job, &owner).ok_or(Error::Noproc)?;

    let mut msg_env = OwnedEnv::new();
    let tag = msg_env.save(tag);
    let work = move || {
        let count = long_work::count_unless_cancelled(limit.get(), &cancelled);
        let outcome = count.ok_or(Error::Cancelled);
        // A dead owner needs no message.
        let _ = msg_env.send_and_clear(&owner, |env| (atoms::primes(), tag.load(env), outcome));
    };
    thread::Builder::new()
        .name("rt-primes".into())
        .spawn(work)
        .map_err(|_error| Error::NoThread)?;
    Ok(job)
}

#[rustler::nif]
fn job_cancel(job: &Job) -> Atom {
    job.cancel();
    ok()
}
