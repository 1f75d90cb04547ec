//! NIFs of the lesson `messages`: the ways to send. What owns a thread, and what waits for an
//! answer, stands in the modules beside.

mod call;
mod feed;
mod reporter;
mod sender;
mod thread;

use crate::live::Live;
use crate::structs::SharedStruct;
use roundtrip_core::first_call::mean;
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, Error, JobSpawner, LocalPid, Monitor, NifResult, NifUnitEnum, OwnedEnv,
    Reference, Resource, ResourceArc, Term, ThreadSpawner,
};
use std::panic::UnwindSafe;

mod atoms {
    rustler::atoms! {
        already_answered, ask, down, gone, hi, item, joined, no_more, no_thread, noproc, not_sent,
        panicked, report, stranger, timeout, too_late,
    }
}

/// `:ok`, or `{:error, :not_sent}`: a `SendError` does not say why.
fn told(sent: Result<(), SendError>) -> NifResult<Atom> {
    match sent {
        Ok(()) => Ok(ok()),
        Err(SendError) => Err(Error::Term(Box::new(atoms::not_sent()))),
    }
}

#[rustler::nif]
fn send_hi(env: Env, pid: LocalPid, is_cool: bool) -> NifResult<Atom> {
    let shared_struct = SharedStruct::new(is_cool);
    told(env.send(&pid, (atoms::hi(), shared_struct)))
}

/// Tells a process when another one has died.
pub struct Lookout {
    told: LocalPid,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for Lookout {
    fn down<'a>(&'a self, env: Env<'a>, pid: LocalPid, _monitor: Monitor) {
        // Who asked may be dead too, and then there is nobody to tell.
        let _ = env.send(&self.told, (atoms::gone(), pid));
    }
}

#[rustler::nif]
fn lookout_new(env: Env, pid: LocalPid) -> Result<ResourceArc<Lookout>, Atom> {
    let (told, _live) = (env.pid(), Live::new());
    let lookout = ResourceArc::new(Lookout { told, _live });
    let monitor = env.monitor(&lookout, &pid);
    monitor.map(|_| lookout).ok_or(atoms::noproc())
}

#[derive(NifUnitEnum)]
enum Way {
    EnvSend,
    Run,
    SendAndClear,
}

fn send(env: Env, way: Way, pid: &LocalPid) -> NifResult<Atom> {
    told(match way {
        Way::EnvSend => env.send(pid, atoms::hi()),
        Way::Run => OwnedEnv::new().run(|owned| owned.send(pid, atoms::hi())),
        Way::SendAndClear => OwnedEnv::new().send_and_clear(pid, |_| atoms::hi()),
    })
}

#[rustler::nif]
fn send_by(env: Env, way: Way, pid: LocalPid) -> NifResult<Atom> {
    send(env, way, &pid)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn send_by_dirty(env: Env, way: Way, pid: LocalPid) -> NifResult<Atom> {
    send(env, way, &pid)
}

#[rustler::nif]
fn saved_load<'a>(env: Env<'a>, term: Term<'a>) -> Term<'a> {
    let owned = OwnedEnv::new();
    let saved = owned.save(term);
    owned.run(|inner| saved.load(inner).in_env(env))
}

#[rustler::nif]
fn saved_load_cleared<'a>(env: Env<'a>, term: Term<'a>) -> Term<'a> {
    let mut owned = OwnedEnv::new();
    let saved = owned.save(term);
    owned.clear();
    owned.run(|inner| saved.load(inner).in_env(env))
}

#[rustler::nif]
fn saved_load_elsewhere<'a>(env: Env<'a>, term: Term<'a>) -> Term<'a> {
    let (owned, other) = (OwnedEnv::new(), OwnedEnv::new());
    let saved = owned.save(term);
    other.run(|inner| saved.load(inner).in_env(env))
}

#[rustler::nif]
fn whereis(env: Env, name_or_pid: Term) -> Option<LocalPid> {
    env.whereis_pid(name_or_pid)
}

#[rustler::nif]
fn whereis_local(env: Env, name_or_pid: Term) -> NifResult<Option<LocalPid>> {
    if name_or_pid.is_pid() {
        return name_or_pid.decode().map(Some);
    }
    Ok(env.whereis_pid(name_or_pid))
}

#[rustler::nif]
fn spawn_mean(env: Env, total: i64, count: i64) -> Atom {
    rustler::spawn::<ThreadSpawner, _>(env, move |env| (total / count).encode(env));
    ok()
}

/// `ThreadSpawner` gives its threads no name. These too have no owner: each ends with its one job.
struct Named;

impl JobSpawner for Named {
    fn spawn<F: FnOnce() + Send + UnwindSafe + 'static>(job: F) {
        let started = std::thread::Builder::new().name("rt-job".into()).spawn(job);
        // The trait has no other way to tell: the caller gets `:nif_panicked`.
        assert!(started.is_ok(), "no thread could be started");
    }
}

#[rustler::nif]
fn spawn_mean_ref(env: Env<'_>, total: i64, count: i64) -> Reference<'_> {
    let reference = env.make_ref();
    let owned = OwnedEnv::new();
    let saved = owned.save(reference);
    rustler::spawn::<Named, _>(env, move |env| {
        let reference = owned.run(|inner| saved.load(inner).in_env(env));
        (reference, mean(total, count)).encode(env)
    });
    reference
}
