//! An HTTP server whose handlers are Elixir: hyper and tokio answer the wire, messages ask the VM.
//!
//! A request's way: `listener` accepts the connection, `io` watches its time, hyper parses in it,
//! `service` bounds the request and reads its body, `pool` finds a receiver, `request` sends it a
//! message with a `handle`, Elixir answers through that handle with a `response`, and hyper writes.

mod alarm;
mod atoms;
mod config;
mod first_version;
mod handle;
mod io;
mod listener;
mod pool;
mod race;
mod refusal;
mod request;
mod response;
mod server;
mod service;
mod stats;

use roundtrip_support::live;
use rustler::{Encoder, Env, Term};

#[rustler::nif]
fn live_resources() -> usize {
    live::count()
}

/// One value of every struct that has a module in Elixir, so that the two can be compared.
#[rustler::nif]
fn struct_samples(env: Env<'_>) -> Vec<Term<'_>> {
    vec![
        config::Config::default().encode(env),
        request::sample(env),
        stats::Stats::default().encode(env),
    ]
}

rustler::init!("Elixir.Roundtrip.Server.Native");
