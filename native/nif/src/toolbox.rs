//! NIFs of the lesson `toolbox`.

use crate::Error;
use rustler::types::atom;
use rustler::{Atom, Env, LocalPid, NifResult, OwnedEnv};
use std::thread::Builder;

mod atoms {
    rustler::atoms! { ping, from_scheduler, from_thread }
}

#[rustler::nif]
fn toolbox_double(number: i64) -> Option<i64> {
    dbg!(number.checked_mul(2))
}

#[rustler::nif]
fn toolbox_ping(env: Env<'_>, pid: LocalPid) -> NifResult<Atom> {
    let ping = (atoms::ping(), atoms::from_scheduler());
    env.send(&pid, ping).map_err(|_| Error::NoProcess)?;
    Ok(atom::ok())
}

// The thread ends before the call does, so no resource has to own it.
#[rustler::nif(schedule = "DirtyIo")]
fn toolbox_ping_from_thread(pid: LocalPid) -> NifResult<Atom> {
    let ping = (atoms::ping(), atoms::from_thread());
    let send = move || OwnedEnv::new().send_and_clear(&pid, |_env| ping);
    let thread = Builder::new().name("rt-ping".into()).spawn(send);
    let thread = thread.map_err(|_| Error::NoThread)?;
    let sent = thread.join().map_err(|_| Error::Panicked)?;
    sent.map_err(|_| Error::NoProcess)?;
    Ok(atom::ok())
}
