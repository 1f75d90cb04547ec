//! The right to answer one request, once. Elixir holds it as a reference that nobody can forge.

use crate::alarm::Alarm;
use crate::atoms;
use crate::refusal::{Body, Refusal};
use crate::response;
use crate::stats::Slot;
use hyper::Response;
use parking_lot::Mutex;
use roundtrip_support::live::Live;
use rustler::types::atom::ok;
use rustler::{Atom, Env, Error, LocalPid, Monitor, NifResult, Resource, ResourceArc, Term};
use std::future::poll_fn;
use std::mem;
use std::panic::RefUnwindSafe;
use std::sync::Arc;
use std::task::{Poll, Waker};
use tokio::time::{Instant, sleep_until};

/// What the waiting connection is told.
type Answer = Result<Response<Body>, Refusal>;

/// Where a request stands.
enum State {
    /// The connection waits; this wakes it.
    Waiting(Option<Waker>),
    /// The answer lies here until the connection takes it.
    Answered(Answer),
    Sent,
    /// Nobody waits any more, for this reason.
    Late(Atom),
}

/// What the handle and the waiting connection share.
// One lock for both, in place of a channel: an answer and a deadline in the same moment agree on
// which of them was first.
struct Exchange {
    state: State,
    slot: Option<Slot>,
}

/// The request's handle. Dropped unanswered it leaves word for the waiting task in tokio, which
/// answers: no destructor writes to a socket.
pub struct Handle {
    exchange: Arc<Mutex<Exchange>>,
    /// The process that will answer, if it was said.
    assigned: Mutex<Option<Monitor>>,
    _live: Live,
}

// Each change under a lock is an assignment: nothing half written can be seen.
impl RefUnwindSafe for Handle {}

#[rustler::resource_impl]
impl Resource for Handle {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, monitor: Monitor) {
        // A process that handed the request on may end before its monitor is taken away.
        if self.assigned.lock().as_ref() == Some(&monitor) {
            self.give_up();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// The connection's half: it waits for the answer.
pub struct Waiting {
    exchange: Arc<Mutex<Exchange>>,
    deadline: Instant,
}

/// Both halves of one request, which has a place among those in flight.
pub fn new(slot: Slot, deadline: Instant) -> (ResourceArc<Handle>, Waiting) {
    let exchange = Arc::new(Mutex::new(Exchange {
        state: State::Waiting(None),
        slot: Some(slot),
    }));
    let waiting = Waiting {
        exchange: Arc::clone(&exchange),
        deadline,
    };
    let handle = ResourceArc::new(Handle {
        exchange,
        assigned: Mutex::new(None),
        _live: Live::new(),
    });
    (handle, waiting)
}

impl Waiting {
    /// The answer, at the deadline at the latest.
    pub async fn answer(self, alarm: &Alarm) -> Answer {
        poll_fn(|cx| {
            let mut exchange = self.exchange.lock();
            match mem::replace(&mut exchange.state, State::Sent) {
                State::Answered(answer) => return Poll::Ready(answer),
                // Answered before, or given up: this is not asked again after either.
                State::Sent | State::Late(_) => return Poll::Ready(Err(Refusal::Crashed)),
                State::Waiting(_) => (),
            }
            if alarm.poll(self.deadline, cx).is_ready() {
                exchange.slot = None;
                exchange.state = State::Late(atoms::timeout());
                return Poll::Ready(Err(Refusal::Deadline));
            }
            exchange.state = State::Waiting(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut exchange = self.exchange.lock();
        if !matches!(exchange.state, State::Waiting(_)) {
            return;
        }
        exchange.state = State::Late(atoms::closed());
        drop(exchange);
        // The client is gone, but its request still lies with a handler, so it keeps its place
        // until that lets go or the deadline has come. No runtime is there when the server ends.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (exchange, deadline) = (Arc::clone(&self.exchange), self.deadline);
            runtime.spawn(async move {
                sleep_until(deadline).await;
                exchange.lock().slot = None;
            });
        }
    }
}

impl Handle {
    /// Leaves the answer for the connection, unless there is one or nobody waits.
    fn send(&self, answer: Answer) -> Result<(), Atom> {
        let mut exchange = self.exchange.lock();
        exchange.slot = None;
        let waker = match &mut exchange.state {
            State::Waiting(waker) => waker.take(),
            State::Answered(_) | State::Sent => return Err(atoms::already_sent()),
            State::Late(reason) => return Err(*reason),
        };
        exchange.state = State::Answered(answer);
        drop(exchange);
        // Not under the lock, which the connection takes as soon as it wakes.
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// No answer will come. To one that was answered before, this is nothing.
    fn give_up(&self) {
        let _ = self.send(Err(Refusal::Crashed));
    }

    fn open(&self) -> bool {
        matches!(self.exchange.lock().state, State::Waiting(_))
    }
}

fn answer(handle: &Handle, status: Term, headers: Term, body: Term) -> NifResult<Atom> {
    let response = response::decode(status, headers, body)?;
    match handle.send(Ok(response)) {
        Ok(()) => Ok(ok()),
        Err(reason) => Err(Error::Term(Box::new(reason))),
    }
}

#[rustler::nif]
fn respond(
    handle: ResourceArc<Handle>,
    status: Term,
    headers: Term,
    body: Term,
) -> NifResult<Atom> {
    answer(&handle, status, headers, body)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn respond_large(
    handle: ResourceArc<Handle>,
    status: Term,
    headers: Term,
    body: Term,
) -> NifResult<Atom> {
    answer(&handle, status, headers, body)
}

#[rustler::nif]
fn assign(env: Env, handle: ResourceArc<Handle>, pid: LocalPid) -> Atom {
    // The monitor ends with the handle or the process, whichever is first; taking it away on each
    // answer would cost every request what few need. The lock is held until the new one is known,
    // so that a process which dies at once is not taken for one that was here before.
    let mut assigned = handle.assigned.lock();
    if let Some(before) = assigned.take() {
        env.demonitor(&handle, &before);
    }
    *assigned = env.monitor(&handle, &pid);
    let dead = assigned.is_none();
    drop(assigned);
    if dead {
        handle.give_up();
    }
    ok()
}

#[rustler::nif(name = "open?")]
fn is_open(handle: ResourceArc<Handle>) -> bool {
    handle.open()
}
