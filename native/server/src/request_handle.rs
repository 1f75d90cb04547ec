//! The right to answer one request, once.
//!
//! Elixir holds the [`RequestHandle`], which a process can pass on but can't forge. The connection
//! holds the [`PendingResponse`], which becomes the response. Both refer to one [`Exchange`].

use crate::atoms;
use crate::deadline_timer::DeadlineTimer;
use crate::error::{AnswerError, Error};
use crate::rejection::{Body, Rejection};
use crate::response::{self, Limits};
use crate::stats::InFlightPermit;
use hyper::Response;
use roundtrip_support::{LiveGuard, Lock, consume_microseconds, live};
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifResult, Resource, ResourceArc, Term};
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};
use tokio::time::Instant;

/// The response of a handler, or why there is none.
type Answer = Result<Response<Body>, Rejection>;

/// The states of a request, from the moment when it is sent to Elixir.
enum State {
    /// The connection waits for an answer, and is woken by this waker.
    Waiting(Option<Waker>),
    /// The connection has not yet taken the answer.
    Answered(Answer),
    /// The connection has taken the answer.
    Sent,
    /// The connection no longer waits.
    Closed { reason: AnswerError },
}

/// What the two halves of a request share.
// One lock rather than a channel: if an answer and the deadline come at the same moment, both sides
// must agree on which was first.
struct Exchange {
    state: State,
    /// Kept past the deadline: a request is in flight for as long as Elixir works on it.
    permit: Option<InFlightPermit>,
}

/// The half of a request that Elixir holds.
///
/// When it is dropped without an answer, the connection responds with 500.
pub(crate) struct RequestHandle {
    exchange: Arc<Lock<Exchange>>,
    /// The monitor of the process that is assigned to answer.
    assigned: Lock<Option<Monitor>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for RequestHandle {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, monitor: Monitor) {
        // A process that passed the request on may die before its monitor is removed.
        if self.assigned.lock().as_ref() == Some(&monitor) {
            self.abandon();
        }
    }
}

impl Drop for RequestHandle {
    fn drop(&mut self) {
        self.abandon();
    }
}

impl RequestHandle {
    /// Decodes the response of a handler and passes it to the connection.
    fn respond(
        &self,
        status: Term,
        headers: Term,
        body: Term,
        limits: &Limits,
    ) -> Result<Atom, Error> {
        // Decoded before anything changes: when this fails, the request can still be answered.
        let response = response::decode(status, headers, body, limits)?;
        self.answer(Ok(response))?;
        Ok(ok())
    }

    /// Passes the answer to the connection, unless there is one already or nothing waits for it.
    fn answer(&self, answer: Answer) -> Result<(), AnswerError> {
        let mut exchange = self.exchange.lock();
        exchange.permit = None;
        let waker = match &mut exchange.state {
            State::Waiting(waker) => waker.take(),
            State::Answered(_) | State::Sent => return Err(AnswerError::AlreadySent),
            State::Closed { reason } => return Err(*reason),
        };
        exchange.state = State::Answered(answer);
        // The connection takes the lock as soon as it wakes, so it is released first.
        drop(exchange);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// Answers with 500, unless the request has been answered.
    fn abandon(&self) {
        // An error means that there is nothing left to answer.
        let _ = self.answer(Err(Rejection::HandlerCrashed));
    }

    /// Returns whether the connection still waits for an answer. If it doesn't, the caller has no
    /// more work to do, so the request is no longer in flight.
    fn is_open(&self) -> bool {
        let mut exchange = self.exchange.lock();
        let is_open = matches!(exchange.state, State::Waiting(_));
        if !is_open {
            exchange.permit = None;
        }
        is_open
    }
}

/// The half of a request that its connection holds.
pub(crate) struct PendingResponse {
    exchange: Arc<Lock<Exchange>>,
    deadline: Instant,
}

/// Creates both halves of a request.
pub(crate) fn new(
    permit: InFlightPermit,
    deadline: Instant,
) -> (ResourceArc<RequestHandle>, PendingResponse) {
    let exchange = Arc::new(Lock::new(Exchange {
        state: State::Waiting(None),
        permit: Some(permit),
    }));
    let pending = PendingResponse {
        exchange: Arc::clone(&exchange),
        deadline,
    };
    let handle = ResourceArc::new(RequestHandle {
        exchange,
        assigned: Lock::new(None),
        _guard: LiveGuard::new(),
    });
    (handle, pending)
}

pub(crate) fn keep_type() {
    let exchange = Exchange {
        state: State::Sent,
        permit: None,
    };
    live::leak(ResourceArc::new(RequestHandle {
        exchange: Arc::new(Lock::new(exchange)),
        assigned: Lock::new(None),
        _guard: LiveGuard::new(),
    }));
}

impl PendingResponse {
    /// Waits for the answer, but no longer than until the deadline.
    pub(crate) async fn wait(self, timer: &DeadlineTimer) -> Answer {
        poll_fn(|cx| {
            let mut exchange = self.exchange.lock();
            if let State::Waiting(waker) = &mut exchange.state {
                if timer.poll(self.deadline, cx).is_pending() {
                    *waker = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                exchange.state = State::Closed {
                    reason: AnswerError::Timeout,
                };
                return Poll::Ready(Err(Rejection::DeadlineExceeded));
            }
            match mem::replace(&mut exchange.state, State::Sent) {
                State::Answered(answer) => Poll::Ready(answer),
                // Only possible if this future is polled again after it has returned.
                _ => Poll::Ready(Err(Rejection::HandlerCrashed)),
            }
        })
        .await
    }
}

impl Drop for PendingResponse {
    fn drop(&mut self) {
        let mut exchange = self.exchange.lock();
        if matches!(exchange.state, State::Waiting(_)) {
            exchange.state = State::Closed {
                reason: AnswerError::Closed,
            };
        }
    }
}

#[rustler::nif]
fn respond(
    env: Env,
    handle: &RequestHandle,
    status: Term,
    headers: Term,
    body: Term,
) -> NifResult<Atom> {
    let began = Instant::now();
    let result = handle.respond(status, headers, body, &response::SMALL);
    consume_microseconds(env, began.elapsed().as_micros());
    match result {
        Err(Error::TooLarge) => Ok(atoms::large()),
        result => Ok(result?),
    }
}

/// Like [`respond`], for what would hold up a normal scheduler.
#[rustler::nif(schedule = "DirtyCpu")]
fn respond_large(
    handle: &RequestHandle,
    status: Term,
    headers: Term,
    body: Term,
) -> NifResult<Atom> {
    Ok(handle.respond(status, headers, body, &response::LARGE)?)
}

#[rustler::nif]
fn assign(env: Env, handle: ResourceArc<RequestHandle>, pid: LocalPid) -> Atom {
    // A monitor is removed only here, and not after each answer: it ends with the handle or the
    // process anyway. The lock is held until the new monitor is stored. Otherwise `down` could
    // take a process that dies at once for one that passed the request on.
    let mut assigned = handle.assigned.lock();
    if let Some(previous) = assigned.take() {
        env.demonitor(&handle, &previous);
    }
    *assigned = env.monitor(&handle, &pid);
    let is_dead = assigned.is_none();
    drop(assigned);
    if is_dead {
        handle.abandon();
    }
    ok()
}

#[rustler::nif(name = "open?")]
fn is_open(handle: &RequestHandle) -> bool {
    handle.is_open()
}
