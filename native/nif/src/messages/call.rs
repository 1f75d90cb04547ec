//! Rust asks an Elixir process, and waits for its answer.

use super::atoms;
use crate::error::refuse;
use crate::live::Live;
use parking_lot::{Condvar, Mutex};
use roundtrip_core::messages::{self as core, Failure, Refusal};
use rustler::env::SavedTerm;
use rustler::types::atom::ok;
use rustler::{
    Atom, Env, Error, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, Term,
};
use std::panic::RefUnwindSafe;
use std::time::{Duration, Instant};

/// An answer on its way from one process to another, in memory of its own.
struct Answer {
    owned: OwnedEnv,
    saved: SavedTerm,
}

impl Answer {
    fn new(term: Term) -> Self {
        let owned = OwnedEnv::new();
        let saved = owned.save(term);
        Answer { owned, saved }
    }

    fn copy_to<'a>(&self, env: Env<'a>) -> Term<'a> {
        self.owned.run(|inner| self.saved.load(inner).in_env(env))
    }
}

/// A question that waits for its answer. Elixir holds it as a reference that nobody can forge.
pub struct Call {
    state: Mutex<core::Call<LocalPid, Answer>>,
    changed: Condvar,
    _live: Live,
}

// Each change under the lock is one assignment: nothing half written can be seen.
impl RefUnwindSafe for Call {}

#[rustler::resource_impl]
impl Resource for Call {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        self.state.lock().fail(Failure::Down);
        self.changed.notify_one();
    }
}

impl Call {
    fn new(callee: LocalPid) -> Self {
        Call {
            state: Mutex::new(core::Call::new(callee)),
            changed: Condvar::new(),
            _live: Live::new(),
        }
    }

    /// Blocks until there is an answer or none can come: for dirty schedulers only.
    fn wait(&self, timeout: Duration) -> Result<Answer, Failure> {
        let deadline = Instant::now() + timeout;
        let mut call = self.state.lock();
        loop {
            if let Some(outcome) = call.outcome() {
                return outcome;
            }
            if self.changed.wait_until(&mut call, deadline).timed_out() {
                call.fail(Failure::Timeout);
            }
        }
    }
}

#[rustler::nif(schedule = "DirtyIo")]
fn ask<'a>(
    env: Env<'a>,
    callee: LocalPid,
    question: Term<'a>,
    timeout: i64,
) -> NifResult<Result<Term<'a>, Atom>> {
    let timeout = core::wait("timeout", timeout).map_err(refuse)?;
    Ok(put(env, callee, question, timeout))
}

fn put<'a>(
    env: Env<'a>,
    callee: LocalPid,
    question: Term<'a>,
    timeout: Duration,
) -> Result<Term<'a>, Atom> {
    let call = ResourceArc::new(Call::new(callee));
    let monitor = env.monitor(&call, &callee).ok_or(atoms::noproc())?;
    // An asker that is killed lets its thread go at once: `down` wakes the wait below.
    let own = env.monitor(&call, &env.pid()).ok_or(atoms::down())?;

    let message = (atoms::ask(), call.clone(), question);
    env.send(&callee, message).map_err(|_| atoms::noproc())?;
    let outcome = call.wait(timeout);

    // Who was asked may keep the call for long, and must not keep two monitors with it.
    env.demonitor(&call, &monitor);
    env.demonitor(&call, &own);
    match outcome {
        Ok(answer) => Ok(answer.copy_to(env)),
        Err(Failure::Timeout) => Err(atoms::timeout()),
        Err(Failure::Down) => Err(atoms::down()),
    }
}

#[rustler::nif]
fn answer(env: Env, call: ResourceArc<Call>, term: Term) -> NifResult<Atom> {
    // Copied before the lock is taken: a large answer must not hold up the process that waits.
    let copied = Answer::new(term);
    let taken = call.state.lock().answer(&env.pid(), copied);
    let reason = match taken {
        Ok(()) => {
            call.changed.notify_one();
            return Ok(ok());
        }
        Err(Refusal::Stranger) => atoms::stranger(),
        Err(Refusal::TooLate) => atoms::too_late(),
        Err(Refusal::AlreadyAnswered) => atoms::already_answered(),
    };
    Err(Error::Term(Box::new(reason)))
}
