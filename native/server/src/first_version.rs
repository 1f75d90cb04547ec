//! The first version of the server: tinybeam's design of 2020, written with today's rustler.
//!
//! Its faults are kept on purpose. The lesson `server` shows each of them, and nothing else should
//! use this module.

#![expect(
    clippy::unwrap_used,
    reason = "the lesson shows how input reaches the unwraps in `body`, in `head` and on the locks"
)]

mod clean_up;
mod wire;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use roundtrip_core::server::PoolSize;
use roundtrip_support::{LiveGuard, live};
use rustler::types::atom::ok;
use rustler::{Atom, LocalPid, NifResult, NifStruct, NifTuple, OwnedEnv, Resource, ResourceArc};

use clean_up::Receivers;

mod atoms {
    rustler::atoms! { request }
}

#[derive(NifStruct)]
#[module = "Roundtrip.Server.FirstVersion.Config"]
struct Config {
    port: u32,
    pool_size: i64,
}

#[derive(NifTuple)]
struct Header {
    field: String,
    value: String,
}

#[derive(NifStruct)]
#[module = "Roundtrip.Server.FirstVersion.Request"]
struct Request {
    r#ref: ResourceArc<Client>,
    method: String,
    path: String,
    headers: Vec<Header>,
    body: String,
}

#[derive(NifStruct)]
#[module = "Roundtrip.Server.FirstVersion.Response"]
struct Response {
    status: u32,
    headers: Vec<Header>,
    body: String,
}

/// The client that waits for an answer. The stream is `None` after it was answered.
struct Client {
    stream: Mutex<Option<TcpStream>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Client {}

pub(crate) fn keep_type() {
    live::leak(ResourceArc::new(Client {
        stream: Mutex::new(None),
        _guard: LiveGuard::new(),
    }));
}

/// Binds the port, starts the threads that receive requests, and returns the port.
#[rustler::nif]
fn first_start(config: Config, owner: LocalPid) -> NifResult<u16> {
    let pool_size = PoolSize::try_from(config.pool_size)?;
    let address = ("127.0.0.1", u16::try_from(config.port).unwrap());
    let listener = Arc::new(TcpListener::bind(address).unwrap());
    let port = listener.local_addr().unwrap().port();
    Receivers::start(port, pool_size, || {
        let listener = Arc::clone(&listener);
        move || receive(&listener, &owner)
    });
    Ok(port)
}

/// Runs on each thread: they share the listener, and the next free thread accepts the next client.
fn receive(listener: &TcpListener, owner: &LocalPid) {
    while let Ok((stream, _peer)) = listener.accept() {
        if clean_up::is_requested() {
            return;
        }
        clean_up::set_timeouts(&stream);
        if let Some(request) = wire::read(stream) {
            let mut msg_env = OwnedEnv::new();
            let _ = msg_env.send_and_clear(owner, |_| (atoms::request(), request));
        }
    }
}

/// Answers a request. `take` makes sure that only the first answer is written.
#[rustler::nif]
fn first_respond(request: Request, response: Response) -> Atom {
    let mut stream = request.r#ref.stream.lock().unwrap();
    let head = wire::head(&response);
    if let Some(mut stream) = stream.take() {
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(response.body.as_bytes());
    }
    ok()
}
