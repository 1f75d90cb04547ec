//! Decodes the response of a handler and parses it completely before anything is sent.

use crate::error::Error;
use crate::rejection::Body;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Response, StatusCode};
use roundtrip_core::server::{Budget, Node, ResponseHeaders, flatten, parse_status};
use rustler::{Binary, Term};

/// How large a response may be.
pub(crate) struct Limits {
    /// The bytes of all names and values.
    header_bytes: usize,
    body: Budget,
}

/// What a normal scheduler decodes in some 100 µs.
pub(crate) const SMALL: Limits = Limits {
    header_bytes: 16_384,
    body: Budget {
        bytes: 65_536,
        cells: 4_096,
    },
};

/// What a dirty scheduler decodes: 1 MiB and 256 MiB.
pub(crate) const LARGE: Limits = Limits {
    header_bytes: 1_048_576,
    body: Budget {
        bytes: 268_435_456,
        cells: 4_194_304,
    },
};

/// Decodes a response within limits.
pub(crate) fn decode(
    status: Term,
    headers: Term,
    body: Term,
    limits: &Limits,
) -> Result<Response<Body>, Error> {
    let mut response = Response::default();
    *response.status_mut() = parse_status(status.decode().map_err(|_| Error::StatusType)?)?;
    *response.headers_mut() = decode_headers(headers, limits.header_bytes)?;
    let body = decode_body(body, limits.body)?;
    if allows_body(response.status()) {
        *response.body_mut() = Full::new(body);
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

/// Decodes a list of pairs. It is read no further than it may be long: a list may have millions of
/// elements, and the iterator of rustler panics at the end of an improper one.
fn decode_headers(mut list: Term, max_bytes: usize) -> Result<HeaderMap, Error> {
    let mut headers = ResponseHeaders::new(max_bytes);
    while let Ok((pair, rest)) = list.list_get_cell() {
        let (name, value): (Binary, Binary) = pair.decode().map_err(|_| Error::HeadersType)?;
        headers.push(&name, &value)?;
        list = rest;
    }
    if list.is_empty_list() {
        Ok(headers.into_map())
    } else {
        Err(Error::HeadersType)
    }
}

fn decode_body(body: Term, budget: Budget) -> Result<Bytes, Error> {
    Ok(flatten(body, budget, inspect)?.into())
}

fn inspect(term: Term<'_>) -> Node<'_, Term<'_>> {
    if let Ok((head, tail)) = term.list_get_cell() {
        return Node::Cell(head, tail);
    }
    if let Ok(binary) = Binary::from_term(term) {
        return Node::Bytes(binary.as_slice());
    }
    // Not decoded as a `u8`, which would take 256 for 0.
    match term.decode::<u64>().map(u8::try_from) {
        Ok(Ok(byte)) => Node::Byte(byte),
        _ if term.is_empty_list() => Node::Nil,
        _ => Node::Other,
    }
}
