//! A thread that reports on a histogram until it is stopped.

use super::atoms;
use crate::Error;
use roundtrip_core::messages::{Interval, Ticker};
use roundtrip_support::{Histogram, LiveGuard};
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc};

/// Owns the thread `rt-reporter`, which stops when it is dropped.
struct Reporter {
    ticker: Ticker<SendError>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Reporter {
    fn down<'a>(&'a self, _env: Env<'a>, _owner: LocalPid, _monitor: Monitor) {
        self.ticker.signal();
    }
}

#[rustler::nif]
fn reporter_start(
    env: Env,
    histogram: ResourceArc<Histogram>,
    owner: LocalPid,
    interval: Interval,
) -> Result<ResourceArc<Reporter>, Error> {
    let mut msg_env = OwnedEnv::new();
    let report = move || {
        let snapshot = histogram.snapshot();
        msg_env.send_and_clear(&owner, |_| (atoms::report(), snapshot))
    };
    let reporter = ResourceArc::new(Reporter {
        ticker: Ticker::start("rt-reporter", interval, report)?,
        _guard: LiveGuard::new(),
    });
    env.monitor(&reporter, &owner).ok_or(Error::Noproc)?;
    Ok(reporter)
}

#[rustler::nif(schedule = "DirtyIo")]
fn reporter_stop(reporter: &Reporter) -> NifResult<Atom> {
    // A thread that ended before, because its owner had died, is stopped as well.
    if let Some(Err(_panic)) = reporter.ticker.stop() {
        return Err(Error::Panicked.into());
    }
    Ok(ok())
}
