//! Rust asks an Elixir process, and waits for its answer.

use super::atoms;
use crate::Error;
use parking_lot::Condvar;
use roundtrip_core::messages::{self, Failure, Timeout};
use roundtrip_support::{LiveGuard, Lock, live};
use rustler::env::SavedTerm;
use rustler::types::atom::ok;
use rustler::{Atom, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, Term};
use std::time::{Duration, Instant};

/// Holds an answer in an environment of its own, on its way from one process to another.
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

/// Waits for the answer to a question. Elixir holds it as a reference that nobody can forge.
struct Call {
    state: Lock<messages::Call<LocalPid, Answer>>,
    changed: Condvar,
    _guard: LiveGuard,
}

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
            state: Lock::new(messages::Call::new(callee)),
            changed: Condvar::new(),
            _guard: LiveGuard::new(),
        }
    }

    fn answer(&self, from: &LocalPid, answer: Answer) -> Result<(), Error> {
        self.state.lock().answer(from, answer)?;
        self.changed.notify_one();
        Ok(())
    }

    /// Waits until there is an answer or none can come. It blocks, so call it on dirty schedulers
    /// only.
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

pub(super) fn keep_type(pid: LocalPid) {
    live::leak(ResourceArc::new(Call::new(pid)));
}

#[rustler::nif(schedule = "DirtyIo")]
fn ask<'a>(
    env: Env<'a>,
    callee: LocalPid,
    question: Term<'a>,
    timeout: Timeout,
) -> Result<Term<'a>, Error> {
    let call = ResourceArc::new(Call::new(callee));
    let callee_monitor = env.monitor(&call, &callee).ok_or(Error::Noproc)?;
    // If the asker is killed, its thread is free at once: `down` wakes the wait below.
    let asker_monitor = env.monitor(&call, &env.pid()).ok_or(Error::Down)?;

    let message = (atoms::ask(), call.clone(), question);
    env.send(&callee, message).map_err(|_| Error::Noproc)?;
    let outcome = call.wait(Duration::from_millis(timeout.get()));

    // The callee may keep the call for long, and should not keep two monitors with it.
    env.demonitor(&call, &callee_monitor);
    env.demonitor(&call, &asker_monitor);
    Ok(outcome?.copy_to(env))
}

#[rustler::nif]
fn answer(env: Env, call: &Call, term: Term) -> NifResult<Atom> {
    // Copied before the lock is taken: a large answer must not hold up the process that waits.
    let copied = Answer::new(term);
    call.answer(&env.pid(), copied)?;
    Ok(ok())
}
