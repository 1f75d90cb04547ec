//! NIFs of the lesson `toolbox`.

use rustler::types::atom;
use rustler::{Atom, Env, Error, LocalPid, NifResult, OwnedEnv};
use std::thread::{Builder, JoinHandle};

mod atoms {
    rustler::atoms! { ping, from_scheduler, from_thread, no_process, no_thread }
}

#[rustler::nif]
fn toolbox_double(number: i64) -> Option<i64> {
    dbg!(number.checked_mul(2))
}

#[rustler::nif]
fn toolbox_ping(env: Env<'_>, pid: LocalPid) -> NifResult<Atom> {
    let ping = (atoms::ping(), atoms::from_scheduler());
    match env.send(&pid, ping) {
        Ok(()) => Ok(atom::ok()),
        Err(_) => Err(because(atoms::no_process())),
    }
}

// The thread ends before the call does, so no resource has to own it.
#[rustler::nif(schedule = "DirtyIo")]
fn toolbox_ping_from_thread(pid: LocalPid) -> NifResult<Atom> {
    let ping = (atoms::ping(), atoms::from_thread());
    let send = move || OwnedEnv::new().send_and_clear(&pid, |_env| ping);
    let thread = Builder::new().name("rt-ping".into()).spawn(send);
    match thread.map(JoinHandle::join) {
        Ok(Ok(Ok(()))) => Ok(atom::ok()),
        Ok(Ok(Err(_))) => Err(because(atoms::no_process())),
        Ok(Err(_)) | Err(_) => Err(because(atoms::no_thread())),
    }
}

fn because(reason: Atom) -> Error {
    Error::Term(Box::new(reason))
}
