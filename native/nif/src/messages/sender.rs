//! Threads that send a number of messages and end.

use super::atoms;
use super::thread::Thread;
use crate::error::refuse;
use crate::live::Live;
use crate::structs::SharedStruct;
use roundtrip_core::messages as core;
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, Error, LocalPid, NifResult, OwnedEnv, Resource, ResourceArc, Term,
};
use std::any::Any;
use std::panic::RefUnwindSafe;

/// A thread that sends, and tells who joins it how many messages it sent. It ends by itself.
pub struct Sender {
    thread: Thread<Result<u64, SendError>>,
    _live: Live,
}

// The lock guards a handle that is taken before anything can panic.
impl RefUnwindSafe for Sender {}

#[rustler::resource_impl]
impl Resource for Sender {}

type Started = Result<ResourceArc<Sender>, Atom>;

fn start(body: impl FnOnce() -> Result<u64, SendError> + Send + 'static) -> Started {
    let thread = Thread::start("rt-sender", body)?;
    let _live = Live::new();
    Ok(ResourceArc::new(Sender { thread, _live }))
}

fn greet(pid: LocalPid, is_cool: bool) -> Started {
    let shared_struct = SharedStruct::new(is_cool);
    start(move || {
        let mut msg_env = OwnedEnv::new();
        msg_env.send_and_clear(&pid, |env| (atoms::hi(), shared_struct).encode(env))?;
        Ok(1)
    })
}

#[rustler::nif]
fn sender_hi(env: Env, is_cool: bool) -> Started {
    greet(env.pid(), is_cool)
}

#[rustler::nif]
fn sender_hi_to(pid: LocalPid, is_cool: bool) -> Started {
    greet(pid, is_cool)
}

#[rustler::nif]
fn sender_repeat_cleared(pid: LocalPid, term: Term, times: i64) -> NifResult<Started> {
    let times = core::count("times", times).map_err(refuse)?;
    let mut msg_env = OwnedEnv::new();
    let saved = msg_env.save(term);
    Ok(start(move || {
        for _ in 0..times {
            msg_env.send_and_clear(&pid, |env| saved.load(env))?;
        }
        Ok(times)
    }))
}

#[rustler::nif]
fn sender_repeat(pid: LocalPid, term: Term, times: i64) -> NifResult<Started> {
    let times = core::count("times", times).map_err(refuse)?;
    let owned = OwnedEnv::new();
    let saved = owned.save(term);
    Ok(start(move || {
        for _ in 0..times {
            owned.run(|env| env.send(&pid, saved.load(env)))?;
        }
        Ok(times)
    }))
}

#[rustler::nif]
fn sender_flood(pid: LocalPid, count: i64) -> NifResult<Started> {
    let messages = core::count("count", count).map_err(refuse)?;
    Ok(start(move || {
        let mut msg_env = OwnedEnv::new();
        for n in 1..=messages {
            msg_env.send_and_clear(&pid, |_| (atoms::item(), n))?;
        }
        Ok(messages)
    }))
}

#[rustler::nif(schedule = "DirtyIo")]
fn sender_join(sender: ResourceArc<Sender>) -> NifResult<(Atom, u64)> {
    let reason: Box<dyn Encoder> = match sender.thread.join() {
        Some(Ok(Ok(sent))) => return Ok((ok(), sent)),
        Some(Ok(Err(SendError))) => Box::new(atoms::not_sent()),
        Some(Err(panic)) => Box::new((atoms::panicked(), text(&*panic))),
        None => Box::new(atoms::joined()),
    };
    Err(Error::Term(reason))
}

/// What a panic said.
fn text(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => String::new(),
    }
}
