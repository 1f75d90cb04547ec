//! The first version, kept for teaching: tinybeam's design of 2020 in today's rustler, with its
//! faults on purpose. The lesson `server` shows each of them; nothing else should use this.

// One that input can reach stands in `body`, in `head`, and behind each lock: the lesson shows all.
#![allow(clippy::unwrap_used)]

mod clean_up;
mod wire;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use roundtrip_support::live::Live;
use rustler::types::atom::ok;
use rustler::{Atom, LocalPid, NifStruct, NifTuple, OwnedEnv, Resource, ResourceArc};

use clean_up::Receivers;

mod atoms {
    rustler::atoms! { request }
}

#[derive(NifStruct)]
#[module = "Roundtrip.Server.FirstVersion.Config"]
struct Config {
    port: u32,
    pool_size: u32,
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

/// Who waits for the answer; `None` once it was given.
struct Client {
    stream: Mutex<Option<TcpStream>>,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Client {}

/// Binds, and starts the threads that receive. Returns the port.
#[rustler::nif]
fn first_start(config: Config, owner: LocalPid) -> u16 {
    let address = ("127.0.0.1", u16::try_from(config.port).unwrap());
    let listener = Arc::new(TcpListener::bind(address).unwrap());
    let port = listener.local_addr().unwrap().port();
    Receivers::start(port, config.pool_size, || {
        let listener = Arc::clone(&listener);
        move || receive(&listener, &owner)
    });
    port
}

/// What each thread does: the listener is shared, and whoever is free takes the next client.
fn receive(listener: &TcpListener, owner: &LocalPid) {
    while let Ok((stream, _peer)) = listener.accept() {
        if clean_up::wanted() {
            return;
        }
        clean_up::bound(&stream);
        if let Some(request) = wire::read(stream) {
            let mut msg_env = OwnedEnv::new();
            let _ = msg_env.send_and_clear(owner, |_| (atoms::request(), request));
        }
    }
}

/// Answers a request: once, through `take`.
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
