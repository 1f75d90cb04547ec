//! Decodes the response of a handler and parses it completely before anything is sent.

use crate::error::Error;
use crate::rejection::Body;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use roundtrip_core::server::{MAX_HEADERS, parse_header, parse_status};
use rustler::{Binary, ListIterator, Term};

/// Decodes a response.
pub(crate) fn decode(status: Term, headers: Term, body: Term) -> Result<Response<Body>, Error> {
    let status = parse_status(status.decode().map_err(|_| Error::StatusType)?)?;
    let headers = list(headers)?;
    let body = bytes(body)?;
    let body = if allows_body(status) {
        body
    } else {
        Bytes::new()
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    for pair in headers {
        let (name, value) = header(pair)?;
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

/// HTTP defines these responses to have no body, even when the handler returns one.
fn allows_body(status: StatusCode) -> bool {
    !matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
    )
}

fn list(headers: Term) -> Result<ListIterator, Error> {
    // Otherwise an improper list would panic the iterator, and a very long one `HeaderMap`.
    let length = headers.list_length().map_err(|_| Error::HeadersType)?;
    if length > MAX_HEADERS {
        return Err(Error::HeadersType);
    }
    headers.decode().map_err(|_| Error::HeadersType)
}

fn header(pair: Term) -> Result<(HeaderName, HeaderValue), Error> {
    let (name, value): (Binary, Binary) = pair.decode().map_err(|_| Error::HeadersType)?;
    Ok(parse_header(&name, &value)?)
}

fn bytes(body: Term) -> Result<Bytes, Error> {
    let body = Binary::from_term(body)
        .or_else(|_| Binary::from_iolist(body))
        .map_err(|_| Error::BodyType)?;
    Ok(Bytes::copy_from_slice(&body))
}
