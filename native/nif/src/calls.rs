//! NIFs of the lesson `calls`: Rust asks an Elixir process, and waits for its answer or goes on.

use crate::Error;
use roundtrip_core::calls::{Failure, SharedCall, Timeout};
use roundtrip_support::{LargeTerm, LiveGuard, Lock, SmallTerm, live};
use rustler::env::SavedTerm;
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, Term,
};
use std::time::{Duration, Instant};

mod atoms {
    rustler::atoms! { answered, ask }
}

/// Holds a term in an environment of its own, on its way from one process to another.
struct Answer {
    owned: OwnedEnv,
    saved: SavedTerm,
}

impl Answer {
    fn new(term: impl Encoder) -> Self {
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
    shared: SharedCall<LocalPid, Answer>,
    /// Who gets the outcome as a message; `None` if the asker waits for it in `ask`.
    later: Option<Later>,
    _guard: LiveGuard,
}

/// An asker that goes on meanwhile: a GenServer, for example, that replies later to its caller.
struct Later {
    asker: LocalPid,
    from: Lock<Answer>,
}

#[rustler::resource_impl]
impl Resource for Call {
    fn down<'a>(&'a self, env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        self.fail(env, Failure::Down);
    }

    fn destructor(self, env: Env<'_>) {
        self.fail(env, Failure::Dropped);
    }
}

impl Call {
    fn new(callee: LocalPid) -> Self {
        Call {
            shared: SharedCall::new(callee),
            later: None,
            _guard: LiveGuard::new(),
        }
    }

    fn answer(&self, env: Env, answer: Answer) -> Result<(), Error> {
        self.shared.answer(&env.pid(), answer)?;
        self.send_later(env);
        Ok(())
    }

    fn fail(&self, env: Env, failure: Failure) {
        // An answer that came first was sent by whoever gave it.
        if self.shared.fail(failure) {
            self.send_later(env);
        }
    }

    /// Sends the outcome to an asker that doesn't wait. To be called once, by whoever ended the call.
    fn send_later(&self, env: Env) {
        let Some(Later { asker, from }) = &self.later else {
            return;
        };
        if let Some(outcome) = self.shared.outcome() {
            let outcome = outcome.map(|answer| answer.copy_to(env));
            let outcome = outcome.map_err(Error::from);
            // An asker that is dead needs no message.
            let from = from.lock().copy_to(env);
            let _ = env.send(asker, (atoms::answered(), from, outcome));
        }
    }
}

pub(crate) fn keep_types(pid: LocalPid) {
    live::leak(ResourceArc::new(Call::new(pid)));
}

#[rustler::nif(schedule = "DirtyIo")]
fn ask<'a>(
    env: Env<'a>,
    callee: LocalPid,
    question: LargeTerm<'a>,
    timeout: Timeout,
) -> Result<Term<'a>, Error> {
    let call = ResourceArc::new(Call::new(callee));
    let callee_monitor = env.monitor(&call, &callee).ok_or(Error::Noproc)?;
    // If the asker is killed, its thread is free at once: `down` wakes the wait below.
    let asker_monitor = env.monitor(&call, &env.pid()).ok_or(Error::Down)?;

    let message = (atoms::ask(), call.clone(), question);
    env.send(&callee, message).map_err(|_| Error::Noproc)?;
    let timeout = Duration::from_millis(timeout.get());
    let outcome = call.shared.wait(Instant::now() + timeout);

    // The callee may keep the call for long, and should not keep two monitors with it.
    env.demonitor(&call, &callee_monitor);
    env.demonitor(&call, &asker_monitor);
    Ok(outcome?.copy_to(env))
}

#[rustler::nif]
fn ask_later(env: Env, callee: LocalPid, question: SmallTerm, from: SmallTerm) -> NifResult<Atom> {
    let (asker, from) = (env.pid(), Lock::new(Answer::new(from)));
    let call = ResourceArc::new(Call {
        later: Some(Later { asker, from }),
        ..Call::new(callee)
    });
    if env.monitor(&call, &callee).is_none() {
        // Otherwise the asker would also get a message, when the call is dropped.
        call.shared.fail(Failure::Down);
        return Err(Error::Noproc.into());
    }
    // If the asker dies, the callee's answer is too late.
    env.monitor(&call, &asker);
    // If the callee has died by now, `down` tells the asker.
    let _ = env.send(&callee, (atoms::ask(), call, question));
    Ok(ok())
}

// On a dirty scheduler, because an answer may be large. Those for CPU work are never held by `ask`.
#[rustler::nif(schedule = "DirtyCpu")]
fn answer(env: Env, call: &Call, term: LargeTerm) -> NifResult<Atom> {
    // Copied before the lock is taken: a large answer must not hold up the process that waits.
    let copied = Answer::new(term);
    call.answer(env, copied)?;
    Ok(ok())
}
