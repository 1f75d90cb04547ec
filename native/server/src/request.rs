//! Sends requests to Elixir, as `{:request, %Roundtrip.Server.Request{}}`.

use crate::atoms;
use crate::rejection::Rejection;
use crate::request_handle::RequestHandle;
use crate::shared::ReceiverPool;
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Version};
use rustler::types::atom::nil;
use rustler::types::tuple::make_tuple;
use rustler::{Atom, Encoder, Env, NewBinary, OwnedEnv, ResourceArc, Term};
use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};

thread_local! {
    /// One environment per worker thread, because creating one for every message lowers the
    /// throughput (bench/server/load.exs).
    static MESSAGES: RefCell<OwnedEnv> = RefCell::new(OwnedEnv::new());
}

/// A complete request.
pub(crate) struct Request {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    pub(crate) peer: SocketAddr,
}

impl Request {
    /// Sends the request to the next receiver, round robin, and removes dead receivers.
    pub(crate) fn send(
        &self,
        receivers: &ReceiverPool,
        handle: &ResourceArc<RequestHandle>,
    ) -> Result<(), Rejection> {
        while let Some(receiver) = receivers.next() {
            let sent = MESSAGES.with_borrow_mut(|messages| {
                messages.send_and_clear(&receiver, |env| {
                    (atoms::request(), self.encode(env, handle.encode(env)))
                })
            });
            if sent.is_ok() {
                return Ok(());
            }
            receivers.leave(&receiver);
        }
        Err(Rejection::Overloaded)
    }

    fn encode<'a>(&self, env: Env<'a>, handle: Term<'a>) -> Term<'a> {
        let uri = &self.head.uri;
        // The target of CONNECT is a host and a port, without a path.
        let path = match uri.authority() {
            Some(authority) if uri.path().is_empty() => authority.as_str(),
            _ => uri.path(),
        };
        let query = uri.query().map(|query| binary(env, query.as_bytes()));
        encode_fields(
            env,
            [
                method_atom(&self.head.method).to_term(env),
                binary(env, path.as_bytes()),
                query.unwrap_or_else(|| nil().to_term(env)),
                encode_headers(env, &self.head.headers),
                encode_address(env, self.peer),
                version_atom(self.head.version).to_term(env),
                binary(env, &self.body),
                handle,
            ],
        )
    }
}

/// Encodes a `Roundtrip.Server.Request` with these values.
// Not derived: the derived code allocates two vectors and looks up each atom for every request,
// which lowers the throughput (bench/server/load.exs).
fn encode_fields<'a>(env: Env<'a>, values: [Term<'a>; 8]) -> Term<'a> {
    let keys = [
        atoms::struct_key(),
        atoms::method(),
        atoms::path(),
        atoms::query(),
        atoms::headers(),
        atoms::peer(),
        atoms::version(),
        atoms::body(),
        atoms::r#ref(),
    ]
    .map(|key| key.to_term(env));
    let module = atoms::request_module().to_term(env);
    let [method, path, query, headers, peer, version, body, handle] = values;
    let values = [
        module, method, path, query, headers, peer, version, body, handle,
    ];
    // It would fail only if two keys were equal.
    Term::map_from_term_arrays(env, &keys, &values).unwrap_or(module)
}

/// Encodes a request without values, so that a test can compare its keys with Elixir's.
pub(crate) fn sample(env: Env<'_>) -> Term<'_> {
    encode_fields(env, [nil().to_term(env); 8])
}

fn binary<'a>(env: Env<'a>, bytes: &[u8]) -> Term<'a> {
    NewBinary::from_slice(env, bytes).into()
}

fn encode_headers<'a>(env: Env<'a>, headers: &HeaderMap) -> Term<'a> {
    let pairs: Vec<Term> = headers
        .iter()
        .map(|(name, value)| {
            let name = binary(env, name.as_str().as_bytes());
            (name, binary(env, value.as_bytes())).encode(env)
        })
        .collect();
    pairs.encode(env)
}

/// Encodes an address as `{ip, port}`, like `:inet`.
pub(crate) fn encode_address(env: Env<'_>, address: SocketAddr) -> Term<'_> {
    let ip = match address.ip() {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            (a, b, c, d).encode(env)
        }
        IpAddr::V6(ip) => {
            // rustler encodes Rust tuples of up to seven elements only.
            make_tuple(env, &ip.segments().map(|part| part.encode(env)))
        }
    };
    (ip, address.port()).encode(env)
}

fn method_atom(method: &Method) -> Atom {
    match *method {
        Method::GET => atoms::get(),
        Method::HEAD => atoms::head(),
        Method::POST => atoms::post(),
        Method::PUT => atoms::put(),
        Method::PATCH => atoms::patch(),
        Method::DELETE => atoms::delete(),
        Method::OPTIONS => atoms::options(),
        Method::TRACE => atoms::trace(),
        Method::CONNECT => atoms::connect(),
        _ => atoms::non_standard(),
    }
}

fn version_atom(version: Version) -> Atom {
    if version == Version::HTTP_10 {
        atoms::http_10()
    } else {
        atoms::http_11()
    }
}
