//! A thread that sends only what its receiver has room for.

use super::atoms;
use super::thread::Thread;
use crate::Error;
use parking_lot::Condvar;
use roundtrip_core::messages::{Demand, MessageCount, Window};
use roundtrip_support::{LiveGuard, Lock};
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifMap, NifResult, OwnedEnv, Resource, ResourceArc};
use std::sync::Arc;

/// Lets a message through when the receiver has room for it. The thread and the `Feed` share one; a
/// thread that held the `Feed` itself would keep it alive.
struct Gate {
    state: Lock<State>,
    changed: Condvar,
}

struct State {
    demand: Demand,
    waiting: bool,
    stopped: bool,
}

impl Gate {
    fn new(window: Window) -> Self {
        let state = State {
            demand: Demand::new(window),
            waiting: false,
            stopped: false,
        };
        Gate {
            state: Lock::new(state),
            changed: Condvar::new(),
        }
    }

    /// Waits until one more message may go out; `false` once the feed is stopped.
    fn pass(&self) -> bool {
        let mut state = self.state.lock();
        while !state.stopped {
            state.waiting = !state.demand.try_take();
            if !state.waiting {
                return true;
            }
            self.changed.wait(&mut state);
        }
        false
    }

    fn stop(&self) {
        self.state.lock().stopped = true;
        self.changed.notify_one();
    }
}

/// Owns the thread `rt-feed`, and stops it when it is dropped.
struct Feed {
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
    feed.gate.state.lock().demand.more(count)?;
    feed.gate.changed.notify_one();
    Ok(ok())
}

#[derive(NifMap)]
struct FeedState {
    in_flight: u32,
    most: u32,
    waiting: bool,
}

#[rustler::nif]
fn feed_state(feed: &Feed) -> FeedState {
    let state = feed.gate.state.lock();
    FeedState {
        in_flight: state.demand.in_flight(),
        most: state.demand.most(),
        waiting: state.waiting,
    }
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
