//! One request, from its head to its answer.

use crate::alarm::Alarm;
use crate::handle;
use crate::io::{Stage, Wire};
use crate::refusal::{Body, Refusal};
use crate::request::Request;
use crate::server::Shared;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Method, Response, Version};
use roundtrip_core::server::is_authority;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// The half of a connection that answers.
pub struct Service {
    pub shared: Arc<Shared>,
    pub wire: Arc<Wire>,
    pub alarm: Alarm,
    pub peer: SocketAddr,
}

impl Service {
    /// Answers a request, whatever happens to it.
    pub async fn serve(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let began = Instant::now();
        self.wire.set_stage(Stage::Body);
        self.shared.counters.requested();
        let response = self.answer(request).await.unwrap_or_else(|refusal| {
            if refusal == Refusal::Overloaded {
                self.shared.counters.refused();
            }
            refusal.response()
        });
        let status = response.status().as_u16();
        self.shared.counters.answered(status, began.elapsed());
        self.wire.set_stage(Stage::Idle);
        Ok(response)
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> Result<Response<Body>, Refusal> {
        let (head, body) = request.into_parts();
        let slot = self.admit(&head, &body).inspect_err(|_| {
            if !body.is_end_stream() {
                self.wire.leave_unread();
            }
        })?;
        let body = self
            .read(body)
            .await
            .inspect_err(|_| self.wire.leave_unread())?;
        if self.shared.limits.answer_in_rust {
            return Ok(Response::new(Full::new(body)));
        }
        let deadline = Instant::now() + self.shared.limits.deadline;
        let (handle, waiting) = handle::new(slot, deadline);
        let peer = self.peer;
        let request = Request { head, body, peer };
        if request.send(&self.shared.pool, &handle).is_err() {
            return Err(Refusal::Overloaded);
        }
        // From here on the receiver alone holds the handle: when that is gone, no answer can come.
        drop((request, handle));
        self.wire.set_stage(Stage::Busy);
        waiting.answer(&self.alarm).await
    }

    /// Refuses what needs no body to be refused, so that none is read.
    fn admit(&self, head: &Parts, body: &Incoming) -> Result<crate::stats::Slot, Refusal> {
        check(head)?;
        if self.wire.smuggled() {
            return Err(Refusal::BadRequest);
        }
        let limits = &self.shared.limits;
        if body.size_hint().lower() > limits.max_body as u64 {
            return Err(Refusal::BodyTooLarge);
        }
        let slot = self.shared.counters.slot(limits.max_in_flight);
        slot.ok_or(Refusal::Overloaded)
    }

    async fn read(&self, body: Incoming) -> Result<Bytes, Refusal> {
        let max = self.shared.limits.max_body;
        collect(body, max).await.map_err(|refusal| {
            if self.wire.body_timed_out() {
                Refusal::BodyTimeout
            } else {
                refusal
            }
        })
    }
}

/// What RFC 9112 demands of a head and hyper leaves to its user.
fn check(head: &Parts) -> Result<(), Refusal> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let known = match (hosts.next(), hosts.next()) {
        (None, _) => head.version != Version::HTTP_11,
        (Some(host), None) => is_authority(host.as_bytes()),
        (Some(_), Some(_)) => false,
    };
    if !known || !is_target(head) {
        return Err(Refusal::BadRequest);
    }
    let mut codings = head.headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        (Some(_), None) => Err(Refusal::UnknownCoding),
        (Some(_), Some(_)) => Err(Refusal::BadRequest),
    }
}

/// Whether the target has a form that its method may have.
fn is_target(head: &Parts) -> bool {
    let path = head.uri.path();
    if head.method == Method::CONNECT {
        head.uri.authority().is_some() && path.is_empty()
    } else {
        path.starts_with('/') || (path == "*" && head.method == Method::OPTIONS)
    }
}

async fn collect(mut body: Incoming, max: usize) -> Result<Bytes, Refusal> {
    let mut whole = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // Trailers are read and left out.
        let Ok(data) = frame.map_err(|_| Refusal::BadRequest)?.into_data() else {
            continue;
        };
        if whole.len() + more.len() + data.len() > max {
            return Err(Refusal::BodyTooLarge);
        }
        // Most bodies come in one piece, which is then used as it is.
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
