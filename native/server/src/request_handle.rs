//! The right to answer one request, once.
//!
//! Elixir holds the [`RequestHandle`], which a process can pass on but can't forge. The connection
//! holds the [`PendingResponse`], which becomes the response. Which of them was first, for example an
//! answer or the deadline, is decided in `roundtrip_core::server::exchange`.

use crate::atoms;
use crate::deadline_timer::DeadlineTimer;
use crate::error::Error;
use crate::rejection::{Body, Rejection};
use crate::response::{self, Limits};
use crate::stats::InFlightPermit;
use hyper::Response;
use roundtrip_core::server::{Pending, Responder, Unanswered, exchange};
use roundtrip_support::{LiveGuard, consume_microseconds, live};
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifResult, Resource, ResourceArc, Term};
use std::future::poll_fn;
use std::task::Context;
use tokio::time::Instant;

/// The half of a request that Elixir holds.
///
/// When it is dropped without an answer, the connection responds with 500.
pub(crate) struct RequestHandle {
    responder: Responder<Response<Body>, InFlightPermit, Monitor>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for RequestHandle {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, monitor: Monitor) {
        self.responder.down(&monitor);
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
        self.responder.answer(response)?;
        Ok(ok())
    }
}

/// The half of a request that its connection holds.
pub(crate) struct PendingResponse {
    pending: Pending<Response<Body>, InFlightPermit>,
    deadline: Instant,
}

/// Creates both halves of a request.
pub(crate) fn new(
    permit: InFlightPermit,
    deadline: Instant,
) -> (ResourceArc<RequestHandle>, PendingResponse) {
    let (responder, pending) = exchange(permit);
    let handle = ResourceArc::new(RequestHandle {
        responder,
        _guard: LiveGuard::new(),
    });
    (handle, PendingResponse { pending, deadline })
}

pub(crate) fn keep_type() {
    let (responder, _pending) = exchange(InFlightPermit::default());
    live::leak(ResourceArc::new(RequestHandle {
        responder,
        _guard: LiveGuard::new(),
    }));
}

impl PendingResponse {
    /// Waits for the answer, but no longer than until the deadline.
    pub(crate) async fn wait(self, timer: &DeadlineTimer) -> Result<Response<Body>, Rejection> {
        let poll_deadline = |cx: &mut Context<'_>| timer.poll(self.deadline, cx);
        let answer = poll_fn(|cx| self.pending.poll(cx, poll_deadline)).await;
        answer.map_err(|unanswered| match unanswered {
            Unanswered::Abandoned => Rejection::HandlerCrashed,
            Unanswered::DeadlineExceeded => Rejection::DeadlineExceeded,
        })
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
    let demonitor = |previous| _ = env.demonitor(&handle, &previous);
    let monitor = || env.monitor(&handle, &pid);
    handle.responder.assign(demonitor, monitor);
    ok()
}

#[rustler::nif(name = "open?")]
fn is_open(handle: &RequestHandle) -> bool {
    handle.responder.is_open()
}
