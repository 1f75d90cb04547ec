//! Sends requests to Elixir, as `{:request, %Roundtrip.Server.Request{}}`.

use crate::atoms;
use crate::rejection::Rejection;
use crate::request_handle::RequestHandle;
use crate::shared::ReceiverPool;
use bytes::Bytes;
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Version};
use roundtrip_core::server::parse_authority;
use rustler::types::atom::nil;
use rustler::types::tuple::make_tuple;
use rustler::{Atom, Encoder, Env, NewBinary, OwnedEnv, ResourceArc, Term};
use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};

/// The port of `http` if the client names none.
const DEFAULT_PORT: u16 = 80;

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
        let host = self.head.headers.get(HOST);
        let host = host.and_then(|host| parse_authority(host.to_str().ok()?));
        let (host, port) = host.unzip();
        encode_fields(
            env,
            [
                encode_method(env, &self.head.method),
                atoms::http().to_term(env),
                host.map(|host| binary(env, host.as_bytes())).encode(env),
                port.map(|port| port.unwrap_or(DEFAULT_PORT)).encode(env),
                binary(env, path.as_bytes()),
                query.encode(env),
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
fn encode_fields<'a>(env: Env<'a>, values: [Term<'a>; 11]) -> Term<'a> {
    let keys = [
        atoms::struct_key(),
        atoms::method(),
        atoms::scheme(),
        atoms::host(),
        atoms::port(),
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
    let mut all = [module; 12];
    all[1..].copy_from_slice(&values);
    // It would fail only if two keys were equal.
    Term::map_from_term_arrays(env, &keys, &all).unwrap_or(module)
}

/// Encodes a request without values, so that a test can compare its keys with Elixir's.
pub(crate) fn sample(env: Env<'_>) -> Term<'_> {
    encode_fields(env, [nil().to_term(env); 11])
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

/// Encodes a method that is standard as an atom, and any other as a binary, because clients must not
/// be able to create atoms.
fn encode_method<'a>(env: Env<'a>, method: &Method) -> Term<'a> {
    let atom = match *method {
        Method::GET => atoms::get(),
        Method::HEAD => atoms::head(),
        Method::POST => atoms::post(),
        Method::PUT => atoms::put(),
        Method::PATCH => atoms::patch(),
        Method::DELETE => atoms::delete(),
        Method::OPTIONS => atoms::options(),
        Method::TRACE => atoms::trace(),
        Method::CONNECT => atoms::connect(),
        _ => return binary(env, method.as_str().as_bytes()),
    };
    atom.to_term(env)
}

fn version_atom(version: Version) -> Atom {
    if version == Version::HTTP_10 {
        atoms::http_10()
    } else {
        atoms::http_11()
    }
}
