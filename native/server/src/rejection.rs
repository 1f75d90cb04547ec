//! The responses that the server sends without asking a handler.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

/// The body of every response, which is complete before it is sent.
pub(crate) type Body = Full<Bytes>;

/// Why a request is answered by the server in place of a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// The request is not HTTP, or can be read in two ways.
    BadRequest,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body exceeds the limit.
    BodyTooLarge,
    /// The body has a transfer coding other than chunked.
    UnknownTransferCoding,
    /// The request is for a scheme that this server doesn't serve.
    Misdirected,
    /// The handler died, or dropped the request without an answer.
    HandlerCrashed,
    /// Too many requests or too large bodies are in flight, or there is no receiver.
    Overloaded,
    /// The handler did not answer in time.
    DeadlineExceeded,
}

impl Rejection {
    /// Returns the status of the response.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Rejection::BadRequest => StatusCode::BAD_REQUEST,
            Rejection::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Rejection::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Rejection::UnknownTransferCoding => StatusCode::NOT_IMPLEMENTED,
            Rejection::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Rejection::HandlerCrashed => StatusCode::INTERNAL_SERVER_ERROR,
            Rejection::Overloaded | Rejection::DeadlineExceeded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Builds the response.
    pub(crate) fn into_response(self) -> Response<Body> {
        let status = self.status();
        let reason = status.canonical_reason().unwrap_or_default();
        let mut response = Response::new(Full::from(format!("{reason}\n")));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        if self == Rejection::Overloaded {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The response to a connection over the limit, which is never passed to hyper.
pub(crate) const TOO_MANY_CONNECTIONS: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    connection: close\r\ncontent-length: 0\r\nretry-after: 1\r\n\r\n";

/// The response to a head that did not arrive in time, for which hyper sends none.
pub(crate) const HEAD_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\n\
    connection: close\r\ncontent-length: 0\r\n\r\n";

/// The response to a request target over the limit, for which hyper sends a 431.
pub(crate) const TARGET_TOO_LONG: &[u8] = b"HTTP/1.1 414 URI Too Long\r\n\
    connection: close\r\ncontent-length: 0\r\n\r\n";

/// The response to a request target with a fragment, which hyper would accept.
pub(crate) const BAD_TARGET: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    connection: close\r\ncontent-length: 0\r\n\r\n";
