//! A thread that reports on a histogram until it is stopped.

use super::atoms;
use super::thread::Thread;
use crate::Error;
use roundtrip_core::messages::Interval;
use roundtrip_support::{Histogram, LiveGuard};
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// Owns the thread `rt-reporter`. Dropping it drops `stop_tx`, which stops the thread as well.
struct Reporter {
    stop_tx: mpsc::Sender<()>,
    thread: Thread<Result<(), SendError>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Reporter {
    fn down<'a>(&'a self, _env: Env<'a>, _owner: LocalPid, _monitor: Monitor) {
        self.signal();
    }
}

impl Reporter {
    fn signal(&self) {
        // It fails only if the thread has ended, and then there is nothing to stop.
        let _ = self.stop_tx.send(());
    }
}

fn report(
    histogram: &Histogram,
    owner: &LocalPid,
    interval: Duration,
    stop_rx: &Receiver<()>,
) -> Result<(), SendError> {
    let mut msg_env = OwnedEnv::new();
    while stop_rx.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
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
    interval: Interval,
) -> Result<ResourceArc<Reporter>, Error> {
    let interval = Duration::from_millis(interval.get());
    let (stop_tx, stop_rx) = mpsc::channel();
    let thread = Thread::start("rt-reporter", move || {
        report(&histogram, &owner, interval, &stop_rx)
    })?;
    let reporter = ResourceArc::new(Reporter {
        stop_tx,
        thread,
        _guard: LiveGuard::new(),
    });
    env.monitor(&reporter, &owner).ok_or(Error::Noproc)?;
    Ok(reporter)
}

#[rustler::nif(schedule = "DirtyIo")]
fn reporter_stop(reporter: &Reporter) -> NifResult<Atom> {
    reporter.signal();
    // A thread that ended before, because its owner had died, is stopped as well.
    if let Some(Err(_panic)) = reporter.thread.join() {
        return Err(Error::Panicked.into());
    }
    Ok(ok())
}
