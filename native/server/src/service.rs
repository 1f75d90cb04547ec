//! Serves the requests of a connection: from the head of each to its response.

use crate::connection_state::{ConnectionState, Stage};
use crate::deadline_timer::DeadlineTimer;
use crate::rejection::{Body, Rejection};
use crate::request::Request;
use crate::request_handle;
use crate::shared::Shared;
use crate::stats::InFlightPermit;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Method, Response, Version};
use roundtrip_core::server::is_authority;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::time::Instant;

/// The half of a connection that responds to requests.
pub(crate) struct RequestService {
    pub(crate) shared: Arc<Shared>,
    pub(crate) state: Arc<ConnectionState>,
    pub(crate) timer: DeadlineTimer,
    pub(crate) peer: SocketAddr,
}

impl RequestService {
    /// Responds to a request, whatever happens to it.
    pub(crate) async fn serve(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let began = Instant::now();
        let counters = &self.shared.counters;
        counters.count_request();
        self.state.set_stage(Stage::ReadingBody);
        let response = self.respond_in_time(request).await;
        let response = response.unwrap_or_else(|rejection| {
            if rejection == Rejection::Overloaded {
                counters.count_refused();
            }
            rejection.into_response()
        });
        counters.count_response(response.status().as_u16(), began.elapsed());
        self.state.set_stage(Stage::Idle);
        Ok(response)
    }

    /// Responds, but with a 503 if the shutdown times out first.
    async fn respond_in_time(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Body>, Rejection> {
        let mut responding = pin!(self.respond(request));
        poll_fn(|cx| match responding.as_mut().poll(cx) {
            Poll::Pending if self.state.shutdown_timed_out.is_set() => {
                if self.state.is_at(Stage::ReadingBody) {
                    self.state.has_unread_input.set();
                }
                Poll::Ready(Err(Rejection::DeadlineExceeded))
            }
            response => response,
        })
        .await
    }

    async fn respond(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Body>, Rejection> {
        let (head, body) = request.into_parts();
        let permit = self.admit(&head, &body).inspect_err(|_| {
            if !body.is_end_stream() {
                self.state.has_unread_input.set();
            }
        })?;
        let body = self
            .read(body)
            .await
            .inspect_err(|_| self.state.has_unread_input.set())?;
        if self.shared.settings.answer_in_rust {
            return Ok(Response::new(Full::new(body)));
        }
        let deadline = Instant::now() + self.shared.settings.deadline;
        let (handle, pending) = request_handle::new(permit, deadline);
        let peer = self.peer;
        let request = Request { head, body, peer };
        request.send(&self.shared.receivers, &handle)?;
        // From here on only Elixir holds the handle. When it is garbage collected, this side
        // learns that no answer can come.
        drop((request, handle));
        self.state.set_stage(Stage::WaitingForHandler);
        pending.wait(&self.timer).await
    }

    /// Rejects what can be rejected before the body is read.
    fn admit(&self, head: &Parts, body: &Incoming) -> Result<InFlightPermit, Rejection> {
        check_head(head)?;
        if self.state.is_ambiguous.is_set() {
            return Err(Rejection::BadRequest);
        }
        let Shared {
            settings, counters, ..
        } = &*self.shared;
        if body.size_hint().lower() > settings.max_body as u64 {
            return Err(Rejection::BodyTooLarge);
        }
        let permit = counters.in_flight_permit(settings.max_in_flight);
        permit.ok_or(Rejection::Overloaded)
    }

    async fn read(&self, body: Incoming) -> Result<Bytes, Rejection> {
        let max = self.shared.settings.max_body;
        collect(body, max).await.map_err(|rejection| {
            if self.state.body_timed_out.is_set() {
                Rejection::BodyTimeout
            } else {
                rejection
            }
        })
    }
}

/// Checks what RFC 9112 requires of a head and hyper does not check.
fn check_head(head: &Parts) -> Result<(), Rejection> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let has_valid_host = match (hosts.next(), hosts.next()) {
        (None, _) => head.version != Version::HTTP_11,
        (Some(host), None) => is_authority(host.as_bytes()),
        (Some(_), Some(_)) => false,
    };
    if !has_valid_host || !has_valid_target(head) {
        return Err(Rejection::BadRequest);
    }
    let mut codings = head.headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        (Some(_), None) => Err(Rejection::UnknownTransferCoding),
        (Some(_), Some(_)) => Err(Rejection::BadRequest),
    }
}

/// Returns whether the request target has a form that is allowed for the method.
fn has_valid_target(head: &Parts) -> bool {
    let path = head.uri.path();
    if head.method == Method::CONNECT {
        head.uri.authority().is_some() && path.is_empty()
    } else {
        path.starts_with('/') || (path == "*" && head.method == Method::OPTIONS)
    }
}

/// Reads a body of at most `max` bytes.
async fn collect(mut body: Incoming, max: usize) -> Result<Bytes, Rejection> {
    let mut whole = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // A frame that isn't data holds trailers, which handlers don't get.
        let Ok(data) = frame.map_err(|_| Rejection::BadRequest)?.into_data() else {
            continue;
        };
        if whole.len() + more.len() + data.len() > max {
            return Err(Rejection::BodyTooLarge);
        }
        // Most bodies arrive in one piece, which then isn't copied.
        if whole.is_empty() && more.is_empty() {
            whole = data;
        } else {
            more.extend_from_slice(&std::mem::take(&mut whole));
            more.extend_from_slice(&data);
        }
    }
    Ok(if more.is_empty() {
        whole
    } else {
        more.freeze()
    })
}
