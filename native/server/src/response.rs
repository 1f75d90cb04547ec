//! An answer on its way from Elixir, checked before anything is sent.

use crate::refusal::Body;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use roundtrip_core::server::{self as core, Unsendable};
use roundtrip_support::error::refuse_with;
use rustler::{Binary, Error, ListIterator, NifResult, Term};

const HEADERS: &str = "headers must be a list of at most 1000 {name, value}, both binaries";

const MOST_HEADERS: usize = 1_000;

/// What HTTP defines to have no body has none here, whatever the handler gave.
fn has_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// The answer, or an `ArgumentError` that says what of it cannot be sent.
pub fn decode(status: Term, headers: Term, body: Term) -> NifResult<Response<Body>> {
    let status = status
        .decode()
        .map_err(|_| refuse_with("status must be an integer"))?;
    // Counted first: the iterator panics on an improper list, and the map on very many headers.
    if !headers
        .list_length()
        .is_ok_and(|count| count <= MOST_HEADERS)
    {
        return Err(refuse_with(HEADERS));
    }
    let headers: ListIterator = headers.decode().map_err(|_| refuse_with(HEADERS))?;
    let code = core::status(status).map_err(refuse_with)?;
    let code = StatusCode::from_u16(code).map_err(refuse_with)?;
    let body = bytes(body)?;
    let body = if has_body(code) { body } else { Bytes::new() };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = code;
    for pair in headers {
        let (name, value) = header(pair)?;
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

fn header(pair: Term) -> NifResult<(HeaderName, HeaderValue)> {
    let (name, value): (Binary, Binary) = pair.decode().map_err(|_| refuse_with(HEADERS))?;
    core::check_header(&name, &value).map_err(refuse_with)?;
    let shown = || String::from_utf8_lossy(&name).into_owned();
    let known =
        HeaderName::from_bytes(&name).map_err(|_| refuse_with(Unsendable::HeaderName(shown())))?;
    let value = HeaderValue::from_bytes(&value)
        .map_err(|_| refuse_with(Unsendable::HeaderValue(shown())))?;
    Ok((known, value))
}

fn bytes(body: Term) -> NifResult<Bytes> {
    let refused = |_: Error| refuse_with("body must be iodata");
    let body = Binary::from_term(body)
        .or_else(|_| Binary::from_iolist(body))
        .map_err(refused)?;
    Ok(Bytes::copy_from_slice(&body))
}
