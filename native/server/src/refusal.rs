//! The answers that Rust gives by itself.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

/// The body of every answer: whole, in memory.
pub type Body = Full<Bytes>;

/// Why a request gets no answer of a handler's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The request is not HTTP, or could be read in two ways.
    BadRequest,
    /// The body did not come in time.
    BodyTimeout,
    /// The body is over the limit.
    BodyTooLarge,
    /// A transfer coding other than chunked.
    UnknownCoding,
    /// The handler died, or let go of the request without an answer.
    Crashed,
    /// Too many requests are in flight, or no receiver is there.
    Overloaded,
    /// The handler did not answer in time.
    Deadline,
}

impl Refusal {
    /// The status that tells the client.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::BadRequest => StatusCode::BAD_REQUEST,
            Refusal::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Refusal::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::UnknownCoding => StatusCode::NOT_IMPLEMENTED,
            Refusal::Crashed => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Overloaded | Refusal::Deadline => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether the connection cannot be used again: where the next request begins is unknown.
    pub fn closes(self) -> bool {
        match self {
            Refusal::BadRequest
            | Refusal::BodyTimeout
            | Refusal::BodyTooLarge
            | Refusal::UnknownCoding => true,
            Refusal::Crashed | Refusal::Overloaded | Refusal::Deadline => false,
        }
    }

    /// The whole answer.
    pub fn response(self) -> Response<Body> {
        let status = self.status();
        let reason = status.canonical_reason().unwrap_or_default();
        let mut response = Response::new(Full::from(format!("{reason}\n")));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        if self.closes() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if self == Refusal::Overloaded {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The answer to a connection over the limit, for which hyper is never asked.
pub const TOO_MANY_CONNECTIONS: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    connection: close\r\ncontent-length: 0\r\nretry-after: 1\r\n\r\n";

/// The answer to a head that did not come in time, which hyper has no words for.
pub const HEAD_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\n\
    connection: close\r\ncontent-length: 0\r\n\r\n";
