//! A thread that reports on a histogram until it is told to stop.

use super::atoms;
use super::thread::Thread;
use crate::error::refuse;
use crate::live::Live;
use crate::resources::Histogram;
use roundtrip_core::messages as core;
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{Atom, Env, Error, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc};
use std::panic::RefUnwindSafe;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// Owns the thread `rt-reporter`. Dropping it drops `stop`, and that too the thread notices.
pub struct Reporter {
    stop: mpsc::Sender<()>,
    thread: Thread<Result<(), SendError>>,
    _live: Live,
}

// The lock in `thread` guards a handle that is taken before anything can panic.
impl RefUnwindSafe for Reporter {}

#[rustler::resource_impl]
impl Resource for Reporter {
    fn down<'a>(&'a self, _env: Env<'a>, _owner: LocalPid, _monitor: Monitor) {
        self.signal();
    }
}

impl Reporter {
    fn signal(&self) {
        // It fails only where the thread has ended and nobody is there to be told.
        let _ = self.stop.send(());
    }
}

fn report(
    histogram: &Histogram,
    owner: &LocalPid,
    interval: Duration,
    stop: &Receiver<()>,
) -> Result<(), SendError> {
    let mut msg_env = OwnedEnv::new();
    while stop.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        let snapshot = histogram.snapshot();
        msg_env.send_and_clear(owner, |_| (atoms::report(), snapshot))?;
    }
    Ok(())
}

#[rustler::nif]
fn reporter_start(
    env: Env,
    histogram: ResourceArc<Histogram>,
    owner: LocalPid,
    interval: i64,
) -> NifResult<Result<ResourceArc<Reporter>, Atom>> {
    let interval = core::wait("interval", interval).map_err(refuse)?;
    Ok(start(env, histogram, owner, interval))
}

fn start(
    env: Env,
    histogram: ResourceArc<Histogram>,
    owner: LocalPid,
    interval: Duration,
) -> Result<ResourceArc<Reporter>, Atom> {
    let (stop, stopped) = mpsc::channel();
    let thread = Thread::start("rt-reporter", move || {
        report(&histogram, &owner, interval, &stopped)
    })?;
    let _live = Live::new();
    let reporter = ResourceArc::new(Reporter {
        stop,
        thread,
        _live,
    });
    let monitor = env.monitor(&reporter, &owner);
    monitor.map(|_| reporter).ok_or(atoms::noproc())
}

#[rustler::nif(schedule = "DirtyIo")]
fn reporter_stop(reporter: ResourceArc<Reporter>) -> NifResult<Atom> {
    reporter.signal();
    match reporter.thread.join() {
        Some(Err(_)) => Err(Error::Term(Box::new(atoms::panicked()))),
        // An owner that had died is an end like any other.
        Some(Ok(_)) | None => Ok(ok()),
    }
}
