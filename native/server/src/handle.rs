//! The right to answer one request, once. Elixir holds it as a reference that nobody can forge.

use crate::atoms;
use crate::refusal::{Body, Refusal};
use crate::response;
use crate::stats::Slot;
use hyper::Response;
use parking_lot::Mutex;
use roundtrip_support::live::Live;
use rustler::types::atom::ok;
use rustler::{Atom, Env, Error, LocalPid, Monitor, NifResult, Resource, ResourceArc, Term};
use std::panic::RefUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

/// What the waiting connection is told.
type Answer = Result<Response<Body>, Refusal>;

/// Where a request stands, seen from Elixir.
enum State {
    Waiting(oneshot::Sender<Answer>),
    Sent,
    /// The answer came too late, for this reason.
    Late(Atom),
}

/// The request's handle. Dropped unanswered it drops the sender, which the waiting task in tokio
/// sees and answers: no destructor writes to a socket.
pub struct Handle {
    state: Mutex<State>,
    /// The process that will answer, if it was said.
    assigned: Mutex<Option<Monitor>>,
    ticket: Arc<Ticket>,
    _live: Live,
}

// Each change under the lock is one assignment: nothing half written can be seen.
impl RefUnwindSafe for Handle {}

#[rustler::resource_impl]
impl Resource for Handle {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, monitor: Monitor) {
        // A process that handed the request on may end before its monitor is taken away.
        if self.assigned.lock().as_ref() == Some(&monitor) {
            // One that was answered before needs nothing more.
            let _ = self.send(Err(Refusal::Crashed));
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.ticket.release();
    }
}

/// What the handle and the waiting connection share.
struct Ticket {
    slot: Mutex<Option<Slot>>,
    timed_out: AtomicBool,
}

impl Ticket {
    fn release(&self) {
        drop(self.slot.lock().take());
    }
}

/// The connection's half: it waits for the answer.
pub struct Waiting {
    answer: oneshot::Receiver<Answer>,
    ticket: Arc<Ticket>,
    deadline: Instant,
    answered: bool,
}

/// Both halves of one request, which has a place among those in flight.
pub fn new(slot: Slot, limit: Duration) -> (ResourceArc<Handle>, Waiting) {
    let (sender, answer) = oneshot::channel();
    let ticket = Arc::new(Ticket {
        slot: Mutex::new(Some(slot)),
        timed_out: AtomicBool::new(false),
    });
    let handle = ResourceArc::new(Handle {
        state: Mutex::new(State::Waiting(sender)),
        assigned: Mutex::new(None),
        ticket: Arc::clone(&ticket),
        _live: Live::new(),
    });
    let waiting = Waiting {
        answer,
        ticket,
        deadline: Instant::now() + limit,
        answered: false,
    };
    (handle, waiting)
}

impl Waiting {
    /// The answer, at the deadline at the latest.
    pub async fn answer(mut self) -> Answer {
        let answer = match timeout_at(self.deadline, &mut self.answer).await {
            Ok(answer) => answer,
            Err(_) => {
                self.ticket.timed_out.store(true, Ordering::Release);
                self.answer.close();
                // One that was sent in this very moment was told `:ok`, so it must go out.
                self.answer
                    .try_recv()
                    .map_err(|_| Refusal::Deadline)
                    .map_or_else(|late| Ok(Err(late)), Ok)
            }
        };
        self.answered = true;
        self.ticket.release();
        // A sender that is gone without a word: the handle was dropped.
        answer.unwrap_or(Err(Refusal::Crashed))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        // The client is gone, but its request still lies with a handler, so it keeps its place
        // until that lets go or the deadline has come. No runtime is there when the server ends.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (ticket, deadline) = (Arc::clone(&self.ticket), self.deadline);
            runtime.spawn(async move {
                sleep_until(deadline).await;
                ticket.release();
            });
        }
    }
}

impl Handle {
    /// Sends the answer, unless one was sent or nobody waits.
    fn send(&self, answer: Answer) -> Result<(), Atom> {
        let sender = {
            let mut state = self.state.lock();
            match std::mem::replace(&mut *state, State::Sent) {
                State::Waiting(sender) => sender,
                State::Sent => return Err(atoms::already_sent()),
                State::Late(reason) => {
                    *state = State::Late(reason);
                    return Err(reason);
                }
            }
        };
        let sent = sender.send(answer).map_err(|_| self.reason());
        self.ticket.release();
        if let Err(reason) = sent {
            *self.state.lock() = State::Late(reason);
        }
        sent
    }

    /// Why nobody waits any more.
    fn reason(&self) -> Atom {
        if self.ticket.timed_out.load(Ordering::Acquire) {
            atoms::timeout()
        } else {
            atoms::closed()
        }
    }

    fn open(&self) -> bool {
        matches!(&*self.state.lock(), State::Waiting(sender) if !sender.is_closed())
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
        let _ = handle.send(Err(Refusal::Crashed));
    }
    ok()
}

#[rustler::nif(name = "open?")]
fn is_open(handle: ResourceArc<Handle>) -> bool {
    handle.open()
}
