//! A request as Elixir gets it: `{:request, %Roundtrip.Server.Request{}}`.

use crate::atoms;
use crate::handle::Handle;
use crate::pool::Pool;
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Version};
use rustler::types::atom::nil;
use rustler::types::tuple::make_tuple;
use rustler::{Atom, Encoder, Env, LocalPid, NewBinary, OwnedEnv, ResourceArc, Term};
use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};

thread_local! {
    /// One environment a worker: to make and free one costs a third of a send.
    static MESSAGES: RefCell<OwnedEnv> = RefCell::new(OwnedEnv::new());
}

/// A request whose body has come.
pub struct Request {
    pub head: Parts,
    pub body: Bytes,
    pub peer: SocketAddr,
}

/// Nobody was there to take the request.
pub struct NoReceiver;

impl Request {
    /// Sends the request to whose turn it is. Who turns out to be dead leaves the pool.
    pub fn send(&self, pool: &Pool, handle: &ResourceArc<Handle>) -> Result<(), NoReceiver> {
        while let Some(receiver) = pool.next() {
            if self.send_to(&receiver, handle).is_ok() {
                return Ok(());
            }
            pool.leave(&receiver);
        }
        Err(NoReceiver)
    }

    fn send_to(&self, receiver: &LocalPid, handle: &ResourceArc<Handle>) -> Result<(), ()> {
        MESSAGES.with_borrow_mut(|messages| {
            messages
                .send_and_clear(receiver, |env| {
                    (atoms::request(), self.encode(env, handle.encode(env)))
                })
                .map_err(|_| ())
        })
    }

    fn encode<'a>(&self, env: Env<'a>, handle: Term<'a>) -> Term<'a> {
        let uri = &self.head.uri;
        // The target of CONNECT is a host and a port: it has no path.
        let path = match uri.authority() {
            Some(authority) if uri.path().is_empty() => authority.as_str(),
            _ => uri.path(),
        };
        let query = uri.query().map(|query| binary(env, query.as_bytes()));
        fields(
            env,
            [
                method(&self.head.method).to_term(env),
                binary(env, path.as_bytes()),
                query.unwrap_or_else(|| nil().to_term(env)),
                headers(env, &self.head.headers),
                address(env, self.peer),
                version(self.head.version).to_term(env),
                binary(env, &self.body),
                handle,
            ],
        )
    }
}

/// A struct with the keys of `Roundtrip.Server.Request`, in their order here.
// By hand: the derive builds two vectors and looks every atom up, for every request.
fn fields<'a>(env: Env<'a>, values: [Term<'a>; 8]) -> Term<'a> {
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
    // It fails only where a key is there twice.
    Term::map_from_term_arrays(env, &keys, &values).unwrap_or(module)
}

/// One with nothing in it, to compare its keys.
pub fn sample(env: Env<'_>) -> Term<'_> {
    fields(env, [nil().to_term(env); 8])
}

fn binary<'a>(env: Env<'a>, bytes: &[u8]) -> Term<'a> {
    NewBinary::from_slice(env, bytes).into()
}

fn headers<'a>(env: Env<'a>, headers: &HeaderMap) -> Term<'a> {
    let pairs: Vec<Term> = headers
        .iter()
        .map(|(name, value)| {
            let name = binary(env, name.as_str().as_bytes());
            (name, binary(env, value.as_bytes())).encode(env)
        })
        .collect();
    pairs.encode(env)
}

/// `{ip, port}`, as `:inet` has it.
pub fn address(env: Env<'_>, address: SocketAddr) -> Term<'_> {
    let ip = match address.ip() {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            (a, b, c, d).encode(env)
        }
        IpAddr::V6(ip) => {
            // Longer than any tuple that encodes itself.
            make_tuple(env, &ip.segments().map(|part| part.encode(env)))
        }
    };
    (ip, address.port()).encode(env)
}

fn method(method: &Method) -> Atom {
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

fn version(version: Version) -> Atom {
    if version == Version::HTTP_10 {
        atoms::http_10()
    } else {
        atoms::http_11()
    }
}
