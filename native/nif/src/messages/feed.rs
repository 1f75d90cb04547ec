//! A thread that sends only what its receiver has room for.

use super::atoms;
use crate::Error;
use roundtrip_core::messages::{Gate, GateState, MessageCount, Window};
use roundtrip_core::thread::Thread;
use roundtrip_support::LiveGuard;
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc};
use std::sync::Arc;

/// Owns the thread `rt-feed`, and stops it when it is dropped.
struct Feed {
    /// Shared with the thread, which would keep the `Feed` alive if it held the `Feed` itself.
    gate: Arc<Gate>,
    thread: Thread<Result<(), SendError>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Feed {
    fn down<'a>(&'a self, _env: Env<'a>, _receiver: LocalPid, _monitor: Monitor) {
        self.gate.stop();
    }
}

impl Drop for Feed {
    // It does not join the thread, because a drop runs on a normal scheduler.
    fn drop(&mut self) {
        self.gate.stop();
    }
}

fn feed(gate: &Gate, receiver: &LocalPid, total: MessageCount) -> Result<(), SendError> {
    let mut msg_env = OwnedEnv::new();
    for n in 1..=total.get() {
        if !gate.pass() {
            return Ok(());
        }
        // The lock of the gate is free again when the message goes out.
        msg_env.send_and_clear(receiver, |_| (atoms::item(), n))?;
    }
    // The end needs room too, or it would be one message too many.
    if gate.pass() {
        msg_env.send_and_clear(receiver, |_| atoms::no_more())?;
    }
    Ok(())
}

#[rustler::nif]
fn feed_start(
    env: Env,
    receiver: LocalPid,
    total: MessageCount,
    window: Window,
) -> Result<ResourceArc<Feed>, Error> {
    let gate = Arc::new(Gate::new(window));
    let thread_gate = Arc::clone(&gate);
    let feed = ResourceArc::new(Feed {
        gate,
        thread: Thread::start("rt-feed", move || feed(&thread_gate, &receiver, total))?,
        _guard: LiveGuard::new(),
    });
    env.monitor(&feed, &receiver).ok_or(Error::Noproc)?;
    Ok(feed)
}

#[rustler::nif]
fn feed_more(feed: &Feed, count: i64) -> NifResult<Atom> {
    feed.gate.more(count)?;
    Ok(ok())
}

#[rustler::nif]
fn feed_state(feed: &Feed) -> GateState {
    feed.gate.state()
}

#[rustler::nif(schedule = "DirtyIo")]
fn feed_stop(feed: &Feed) -> NifResult<Atom> {
    feed.gate.stop();
    // A thread that ended before, because its receiver had died, is stopped as well.
    if let Some(Err(_panic)) = feed.thread.join() {
        return Err(Error::Panicked.into());
    }
    Ok(ok())
}
