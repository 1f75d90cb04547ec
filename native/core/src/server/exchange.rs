//! The right to answer one request, once.
//!
//! Elixir holds the [`Responder`], and the connection holds the [`Pending`]. Both refer to one
//! `Exchange`. `A` is an answer, `P` is the permit to have a request in flight, and `M` names the
//! monitor of a process.

use crate::sync::{Arc, Lock};
use std::mem;
use std::task::{Context, Poll, Waker};

/// Why an answer can't be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "rustler", derive(rustler::NifUnitEnum), rustler(encode))]
pub enum AnswerError {
    /// There is an answer already.
    #[error("the request has been answered before")]
    AlreadySent,
    /// The connection waited until the deadline.
    #[error("the deadline has passed")]
    Timeout,
    /// The connection has ended.
    #[error("the client has closed the connection")]
    Closed,
}

/// Why a connection gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The process that should answer has died, or the [`Responder`] was dropped.
    #[error("the handler died, or dropped the request")]
    Abandoned,
    /// The deadline passed first.
    #[error("the handler did not answer in time")]
    DeadlineExceeded,
}

/// The states of a request, from the moment when it is sent to Elixir.
#[derive(Debug)]
enum State<A> {
    /// The connection waits for an answer, and is woken by this waker.
    Waiting(Option<Waker>),
    /// The connection has not yet taken the answer.
    Answered(Result<A, Unanswered>),
    /// The connection has taken the answer.
    Sent,
    /// The connection no longer waits.
    Closed { reason: AnswerError },
}

/// What the two halves of a request share.
// One lock rather than a channel: if an answer and the deadline come at the same moment, both sides
// must agree on which was first.
#[derive(Debug)]
struct Exchange<A, P> {
    state: State<A>,
    /// Kept past the deadline: a request is in flight for as long as Elixir works on it.
    permit: Option<P>,
}

/// Creates both halves of a request.
pub fn exchange<A, P, M>(permit: P) -> (Responder<A, P, M>, Pending<A, P>) {
    let exchange = Arc::new(Lock::new(Exchange {
        state: State::Waiting(None),
        permit: Some(permit),
    }));
    let responder = Responder {
        exchange: Arc::clone(&exchange),
        assigned: Lock::new(None),
    };
    (responder, Pending(exchange))
}

/// The half that Elixir holds. When it is dropped without an answer, the request is abandoned.
#[derive(Debug)]
pub struct Responder<A, P, M> {
    exchange: Arc<Lock<Exchange<A, P>>>,
    /// The monitor of the process that is assigned to answer.
    assigned: Lock<Option<M>>,
}

impl<A, P, M> Responder<A, P, M> {
    /// Passes the answer to the connection.
    ///
    /// # Errors
    /// Fails if there is an answer already, or if nothing waits for it.
    pub fn answer(&self, answer: A) -> Result<(), AnswerError> {
        self.end(Ok(answer))
    }

    /// Passes the answer to the connection, unless there is one already or nothing waits for it.
    fn end(&self, answer: Result<A, Unanswered>) -> Result<(), AnswerError> {
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

    /// Tells the connection that no answer will come, unless the request has been answered.
    fn abandon(&self) {
        // An error means that there is nothing left to answer.
        let _ = self.end(Err(Unanswered::Abandoned));
    }

    /// Returns whether the connection still waits for an answer. If it doesn't, the caller has no
    /// more work to do, so the request is no longer in flight.
    pub fn is_open(&self) -> bool {
        let mut exchange = self.exchange.lock();
        let is_open = matches!(exchange.state, State::Waiting(_));
        if !is_open {
            exchange.permit = None;
        }
        is_open
    }
}

impl<A, P, M: PartialEq> Responder<A, P, M> {
    /// Assigns a process to answer, in place of the one before. `monitor` returns its monitor, or
    /// `None` if the process is dead; then the request is abandoned.
    pub fn assign(&self, demonitor: impl FnOnce(M), monitor: impl FnOnce() -> Option<M>) {
        // A monitor is removed only here, and not after each answer: it ends with the handle or the
        // process anyway. The lock is held until the new monitor is stored. Otherwise `down` could
        // take a process that dies at once for one that passed the request on.
        let mut assigned = self.assigned.lock();
        if let Some(previous) = assigned.take() {
            demonitor(previous);
        }
        *assigned = monitor();
        let is_dead = assigned.is_none();
        drop(assigned);
        if is_dead {
            self.abandon();
        }
    }

    /// Abandons the request if the process of this monitor is assigned to answer it.
    pub fn down(&self, monitor: &M) {
        // A process that passed the request on may die before its monitor is removed.
        if self.assigned.lock().as_ref() == Some(monitor) {
            self.abandon();
        }
    }
}

impl<A, P, M> Drop for Responder<A, P, M> {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// The half that the connection holds. When it is dropped, nothing waits for the answer any more.
#[derive(Debug)]
pub struct Pending<A, P>(Arc<Lock<Exchange<A, P>>>);

impl<A, P> Pending<A, P> {
    /// Takes the answer if there is one, and otherwise polls the deadline.
    pub fn poll(
        &self,
        cx: &mut Context<'_>,
        poll_deadline: impl FnOnce(&mut Context<'_>) -> Poll<()>,
    ) -> Poll<Result<A, Unanswered>> {
        let mut exchange = self.0.lock();
        if let State::Waiting(waker) = &mut exchange.state {
            if poll_deadline(cx).is_pending() {
                *waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            exchange.state = State::Closed {
                reason: AnswerError::Timeout,
            };
            return Poll::Ready(Err(Unanswered::DeadlineExceeded));
        }
        match mem::replace(&mut exchange.state, State::Sent) {
            State::Answered(answer) => Poll::Ready(answer),
            // Only possible if it is polled again after it was ready.
            _ => Poll::Ready(Err(Unanswered::Abandoned)),
        }
    }
}

impl<A, P> Drop for Pending<A, P> {
    fn drop(&mut self) {
        let mut exchange = self.0.lock();
        if matches!(exchange.state, State::Waiting(_)) {
            exchange.state = State::Closed {
                reason: AnswerError::Closed,
            };
        }
    }
}

#[cfg(all(test, not(roundtrip_loom)))]
mod tests;

#[cfg(all(test, roundtrip_loom))]
mod interleavings;
