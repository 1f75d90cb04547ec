//! Serves the requests of a connection: from the head of each to its response.

use crate::config::Settings;
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
use hyper::ext::ReasonPhrase;
use hyper::header::{CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Method, Response, Version};
use roundtrip_core::server::{is_path, is_query, parse_authority};
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
        if request.headers().contains_key(TRANSFER_ENCODING) {
            // A proxy may have read another end into this request, for example by a Content-Length
            // that hyper ignores. What follows could be a request that the proxy has not seen.
            self.state.must_close.set();
        }
        let response = self.respond_in_time(request).await;
        let mut response = response.unwrap_or_else(|rejection| {
            if rejection == Rejection::Overloaded {
                counters.count_refused();
            }
            if rejection.status().is_client_error() {
                self.state.must_close.set();
            }
            rejection.into_response()
        });
        // No response of a handler has this header with another value.
        if response.headers().contains_key(CONNECTION) {
            self.state.must_close.set();
        }
        if self.state.must_close.is_set() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        if response.status().canonical_reason().is_none() {
            // hyper would write "<none>".
            let reason = ReasonPhrase::from_static(b"Unknown");
            response.extensions_mut().insert(reason);
        }
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
                if self.state.stage() == Stage::ReadingBody {
                    self.state.must_close.set();
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
        let (mut head, body) = request.into_parts();
        let mut permit = self.admit(&mut head, &body).inspect_err(|_| {
            if !body.is_end_stream() {
                self.state.must_close.set();
            }
        })?;
        let body = self
            .read(body, &mut permit)
            .await
            .inspect_err(|_| self.state.must_close.set())?;
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
    fn admit(&self, head: &mut Parts, body: &Incoming) -> Result<InFlightPermit, Rejection> {
        check_head(head)?;
        let Shared {
            settings, counters, ..
        } = &*self.shared;
        if body.size_hint().lower() > settings.max_body as u64 {
            return Err(Rejection::BodyTooLarge);
        }
        let permit = counters.in_flight_permit(settings.max_in_flight);
        permit.ok_or(Rejection::Overloaded)
    }

    async fn read(&self, body: Incoming, permit: &mut InFlightPermit) -> Result<Bytes, Rejection> {
        let collected = collect(body, &self.shared.settings, permit).await;
        collected.map_err(|rejection| {
            if self.state.body_timed_out.is_set() {
                Rejection::BodyTimeout
            } else {
                rejection
            }
        })
    }
}

/// Checks what RFC 9112 requires of a head and hyper does not check. The host in the target, if there
/// is one, replaces that of the Host header.
fn check_head(head: &mut Parts) -> Result<(), Rejection> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let has_valid_host = match (hosts.next(), hosts.next()) {
        (None, _) => head.version != Version::HTTP_11,
        (Some(host), None) => {
            host.is_empty()
                || host
                    .to_str()
                    .is_ok_and(|host| parse_authority(host).is_some())
        }
        (Some(_), Some(_)) => false,
    };
    if !has_valid_host || !has_valid_target(head) {
        return Err(Rejection::BadRequest);
    }
    if let (Some(scheme), Some(authority)) = (head.uri.scheme_str(), head.uri.authority()) {
        if scheme != "http" {
            return Err(Rejection::Misdirected);
        }
        let host = HeaderValue::from_str(authority.as_str());
        let host = host.map_err(|_| Rejection::BadRequest)?;
        head.headers.insert(HOST, host);
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
    let uri = &head.uri;
    let authority = uri.authority().map(|text| parse_authority(text.as_str()));
    if head.method == Method::CONNECT {
        let port = authority.flatten().and_then(|(_host, port)| port);
        return uri.path().is_empty() && port.is_some_and(|port| port > 0);
    }
    let is_asterisk = head.method == Method::OPTIONS && uri == "*";
    let is_path = uri.path().starts_with('/') && is_path(uri.path());
    is_asterisk || is_path && uri.query().is_none_or(is_query) && authority != Some(None)
}

/// Reads a body within the limits for one and for all bodies.
async fn collect(
    mut body: Incoming,
    settings: &Settings,
    permit: &mut InFlightPermit,
) -> Result<Bytes, Rejection> {
    let mut whole = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // A frame that isn't data holds trailers, which handlers don't get.
        let Ok(data) = frame.map_err(|_| Rejection::BadRequest)?.into_data() else {
            continue;
        };
        if whole.len() + more.len() + data.len() > settings.max_body {
            return Err(Rejection::BodyTooLarge);
        }
        if !permit.hold_body(data.len(), settings.max_body_total) {
            return Err(Rejection::Overloaded);
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
