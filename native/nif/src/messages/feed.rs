//! A thread that sends only what its receiver has room for.

use super::atoms;
use super::thread::Thread;
use crate::error::refuse;
use crate::live::Live;
use parking_lot::{Condvar, Mutex};
use roundtrip_core::messages::{self as core, Demand};
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{
    Atom, Env, Error, LocalPid, Monitor, NifMap, NifResult, OwnedEnv, Resource, ResourceArc,
};
use std::panic::RefUnwindSafe;
use std::sync::Arc;

/// What the thread and its owner share. The thread holds no `Feed`: it would keep itself alive.
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    demand: Demand,
    waiting: bool,
    stopped: bool,
}

impl Gate {
    /// Waits until one more message may go out; `false` once the feed is stopped.
    fn pass(&self) -> bool {
        let mut state = self.state.lock();
        while !state.stopped {
            state.waiting = !state.demand.take();
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

/// Owns the thread `rt-feed`.
pub struct Feed {
    gate: Arc<Gate>,
    thread: Thread<Result<(), SendError>>,
    _live: Live,
}

// What the locks guard is changed whole or not at all.
impl RefUnwindSafe for Feed {}

#[rustler::resource_impl]
impl Resource for Feed {
    fn down<'a>(&'a self, _env: Env<'a>, _receiver: LocalPid, _monitor: Monitor) {
        self.gate.stop();
    }
}

impl Drop for Feed {
    // It signals and does not wait: this runs on a normal scheduler.
    fn drop(&mut self) {
        self.gate.stop();
    }
}

fn feed(gate: &Gate, receiver: &LocalPid, total: u64) -> Result<(), SendError> {
    let mut msg_env = OwnedEnv::new();
    for n in 1..=total {
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
    total: i64,
    window: i64,
) -> NifResult<Result<ResourceArc<Feed>, Atom>> {
    let total = core::count("total", total).map_err(refuse)?;
    let demand = Demand::new(window).map_err(refuse)?;
    Ok(start(env, receiver, total, demand))
}

fn start(
    env: Env,
    receiver: LocalPid,
    total: u64,
    demand: Demand,
) -> Result<ResourceArc<Feed>, Atom> {
    let gate = Arc::new(Gate {
        state: Mutex::new(State {
            demand,
            waiting: false,
            stopped: false,
        }),
        changed: Condvar::new(),
    });
    let theirs = Arc::clone(&gate);
    let thread = Thread::start("rt-feed", move || feed(&theirs, &receiver, total))?;
    let _live = Live::new();
    let feed = ResourceArc::new(Feed {
        gate,
        thread,
        _live,
    });
    let monitor = env.monitor(&feed, &receiver);
    monitor.map(|_| feed).ok_or(atoms::noproc())
}

#[rustler::nif]
fn feed_more(feed: ResourceArc<Feed>, count: i64) -> NifResult<Atom> {
    feed.gate.state.lock().demand.more(count).map_err(refuse)?;
    feed.gate.changed.notify_one();
    Ok(ok())
}

#[derive(NifMap)]
struct FeedState {
    in_flight: u64,
    most: u64,
    waiting: bool,
}

#[rustler::nif]
fn feed_state(feed: ResourceArc<Feed>) -> FeedState {
    let state = feed.gate.state.lock();
    FeedState {
        in_flight: state.demand.in_flight(),
        most: state.demand.most(),
        waiting: state.waiting,
    }
}

#[rustler::nif(schedule = "DirtyIo")]
fn feed_stop(feed: ResourceArc<Feed>) -> NifResult<Atom> {
    feed.gate.stop();
    match feed.thread.join() {
        Some(Err(_)) => Err(Error::Term(Box::new(atoms::panicked()))),
        // A receiver that had died is an end like any other.
        Some(Ok(_)) | None => Ok(ok()),
    }
}
