//! An answer on its way from Elixir, checked before anything is sent.

use crate::refusal::Body;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use roundtrip_core::server::{self as core, Unsendable};
use roundtrip_support::error::refuse_with;
use rustler::{Binary, Error, ListIterator, NifResult, Term};

/// What HTTP defines to have no body has none here, whatever the handler gave.
fn has_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// The answer, or an `ArgumentError` that says what of it cannot be sent.
pub fn decode(status: i64, headers: ListIterator, body: Term) -> NifResult<Response<Body>> {
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
    let (name, value): (Binary, Binary) = pair
        .decode()
        .map_err(|_| refuse_with("headers must be a list of {name, value}, both binaries"))?;
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
