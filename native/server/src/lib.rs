//! An HTTP server in Rust whose handlers are written in Elixir.
//!
//! hyper and tokio read and write HTTP, and messages connect them to the VM. A request passes
//! through these modules, each of which uses only those that come after it:
//!
//! 1. `server` is what Elixir holds, and `server_thread` runs the tokio runtime.
//! 2. `listener` accepts connections, and `connection` serves each of them.
//! 3. `service` reads a request, rejects it or sends it on, and waits for the response.
//! 4. `request` sends it as a message to the next receiver, in turn.
//! 5. `request_handle` lets Elixir answer it, once, with what `response` decodes.
//!
//! Below these, `timed_stream` gives the socket its time limits, and `shared` holds the state of a
//! server. What several threads decide together, such as whether an answer or the deadline was first,
//! is in `roundtrip_core::server`, where loom explores it.

mod atoms;
mod config;
mod connection;
mod connection_state;
mod deadline_timer;
mod error;
mod first_version;
mod listener;
mod rejection;
mod request;
mod request_handle;
mod response;
mod server;
mod server_thread;
mod service;
mod shared;
mod shutdown;
mod stats;
mod timed_stream;

use roundtrip_support::live;
use rustler::types::atom::ok;
use rustler::{Atom, Encoder, Env, NifResult, Term};

/// Called while the library is loaded. See [`live::leak`].
#[rustler::nif]
fn keep_types(env: Env) -> NifResult<Atom> {
    server::keep_type(env.pid())?;
    request_handle::keep_type();
    first_version::keep_type();
    Ok(ok())
}

#[rustler::nif]
fn live_resources() -> usize {
    live::count()
}

/// Returns one value of every struct that has a module in Elixir, so that a test can compare them.
#[rustler::nif]
fn struct_samples(env: Env<'_>) -> Vec<Term<'_>> {
    vec![
        config::Config::default().encode(env),
        request::sample(env),
        stats::Stats::default().encode(env),
    ]
}

rustler::init!("Elixir.Roundtrip.Server.Native");
