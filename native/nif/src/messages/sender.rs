//! Threads that send a number of messages and end.

use super::atoms;
use crate::Error;
use roundtrip_core::messages::MessageCount;
use roundtrip_core::thread::Thread;
use roundtrip_support::{LiveGuard, SharedStruct, SmallTerm};
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{Atom, Encoder, Env, LocalPid, NifResult, OwnedEnv, Resource, ResourceArc};
use std::any::Any;

/// A thread that sends; joining it returns how many messages it sent. It ends by itself.
struct Sender {
    thread: Thread<Result<u32, SendError>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Sender {}

type Started = Result<ResourceArc<Sender>, Error>;

fn start(body: impl FnOnce() -> Result<u32, SendError> + Send + 'static) -> Started {
    Ok(ResourceArc::new(Sender {
        thread: Thread::start("rt-sender", body)?,
        _guard: LiveGuard::new(),
    }))
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
fn sender_repeat_cleared(pid: LocalPid, term: SmallTerm, times: MessageCount) -> Started {
    let mut msg_env = OwnedEnv::new();
    let saved = msg_env.save(term);
    start(move || {
        for _ in 0..times.get() {
            msg_env.send_and_clear(&pid, |env| saved.load(env))?;
        }
        Ok(times.get())
    })
}

#[rustler::nif]
fn sender_repeat(pid: LocalPid, term: SmallTerm, times: MessageCount) -> NifResult<Started> {
    let times = times.of_size(term.words())?;
    let kept = OwnedEnv::new();
    let saved = kept.save(term);
    Ok(start(move || {
        let mut msg_env = OwnedEnv::new();
        for _ in 0..times.get() {
            msg_env.send_and_clear(&pid, |env| kept.run(|inner| saved.load(inner).in_env(env)))?;
        }
        Ok(times.get())
    }))
}

#[rustler::nif]
fn sender_flood(pid: LocalPid, count: MessageCount) -> Started {
    start(move || {
        let mut msg_env = OwnedEnv::new();
        for n in 1..=count.get() {
            msg_env.send_and_clear(&pid, |_| (atoms::item(), n))?;
        }
        Ok(count.get())
    })
}

#[rustler::nif(schedule = "DirtyIo")]
fn sender_join(sender: &Sender) -> NifResult<(Atom, u32)> {
    match sender.thread.join().ok_or(Error::Joined)? {
        Ok(sent) => Ok((ok(), sent.map_err(|SendError| Error::NotSent)?)),
        Err(panic) => {
            let reason = (Error::Panicked, panic_text(&*panic));
            Err(rustler::Error::Term(Box::new(reason)))
        }
    }
}

/// Returns what a panic said.
fn panic_text(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => String::new(),
    }
}
