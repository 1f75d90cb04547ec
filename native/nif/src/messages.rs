//! NIFs of the lesson `messages`: the ways to send. What owns a thread is in the modules below.

mod feed;
mod reporter;
mod sender;

use crate::Error;
use roundtrip_core::messages::TermCount;
use roundtrip_support::{LiveGuard, Lock, SharedStruct, SmallTerm, live};
use rustler::env::SendError;
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, JobSpawner, LocalPid, Monitor, NifResult, NifUnitEnum, OwnedEnv, Reference,
    Resource, ResourceArc, Term, ThreadSpawner,
};
use std::panic::UnwindSafe;

mod atoms {
    rustler::atoms! { gone, hi, item, no_more, report }
}

/// Returns `:ok` or `{:error, :not_sent}`: a `SendError` holds no reason.
fn sent_or_error(sent: Result<(), SendError>) -> NifResult<Atom> {
    sent.map_err(|SendError| Error::NotSent)?;
    Ok(ok())
}

#[rustler::nif]
fn send_hi(env: Env, pid: LocalPid, is_cool: bool) -> NifResult<Atom> {
    let shared_struct = SharedStruct::new(is_cool);
    sent_or_error(env.send(&pid, (atoms::hi(), shared_struct)))
}

/// Sends `{:gone, pid}` to its observer when a process dies.
struct DownNotifier {
    observer: LocalPid,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for DownNotifier {
    fn down<'a>(&'a self, env: Env<'a>, pid: LocalPid, _monitor: Monitor) {
        // The observer may be dead too; then the message is dropped.
        let _ = env.send(&self.observer, (atoms::gone(), pid));
    }
}

#[rustler::nif]
fn down_notifier_new(env: Env, pid: LocalPid) -> Result<ResourceArc<DownNotifier>, Error> {
    let notifier = ResourceArc::new(DownNotifier {
        observer: env.pid(),
        _guard: LiveGuard::new(),
    });
    env.monitor(&notifier, &pid).ok_or(Error::Noproc)?;
    Ok(notifier)
}

#[derive(NifUnitEnum)]
enum SendMethod {
    EnvSend,
    Run,
    SendAndClear,
}

fn send(env: Env, method: SendMethod, pid: &LocalPid) -> NifResult<Atom> {
    sent_or_error(match method {
        SendMethod::EnvSend => env.send(pid, atoms::hi()),
        SendMethod::Run => OwnedEnv::new().run(|owned| owned.send(pid, atoms::hi())),
        SendMethod::SendAndClear => OwnedEnv::new().send_and_clear(pid, |_| atoms::hi()),
    })
}

#[rustler::nif]
fn send_by(env: Env, method: SendMethod, pid: LocalPid) -> NifResult<Atom> {
    send(env, method, &pid)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn send_by_dirty(env: Env, method: SendMethod, pid: LocalPid) -> NifResult<Atom> {
    send(env, method, &pid)
}

#[rustler::nif]
fn saved_load<'a>(env: Env<'a>, term: SmallTerm<'a>) -> Term<'a> {
    let owned = OwnedEnv::new();
    let saved = owned.save(term);
    owned.run(|inner| saved.load(inner).in_env(env))
}

#[rustler::nif]
fn saved_load_cleared<'a>(env: Env<'a>, term: SmallTerm<'a>) -> Term<'a> {
    let mut owned = OwnedEnv::new();
    let saved = owned.save(term);
    owned.clear();
    owned.run(|inner| saved.load(inner).in_env(env))
}

#[rustler::nif]
fn saved_load_elsewhere<'a>(env: Env<'a>, term: SmallTerm<'a>) -> Term<'a> {
    let (owned, other) = (OwnedEnv::new(), OwnedEnv::new());
    let saved = owned.save(term);
    other.run(|inner| saved.load(inner).in_env(env))
}

/// Keeps an environment, with the terms that were made in it.
struct Workspace {
    _owned: Lock<OwnedEnv>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Workspace {}

impl Workspace {
    fn new(owned: OwnedEnv) -> ResourceArc<Self> {
        ResourceArc::new(Workspace {
            _owned: Lock::new(owned),
            _guard: LiveGuard::new(),
        })
    }
}

pub(crate) fn keep_types() {
    live::leak(Workspace::new(OwnedEnv::new()));
}

#[rustler::nif(schedule = "DirtyCpu")]
fn workspace_new(count: TermCount, clear: bool) -> ResourceArc<Workspace> {
    let mut owned = OwnedEnv::new();
    for n in 1..=count.get() {
        owned.run(|env| (atoms::item(), n).encode(env));
        if clear {
            owned.clear();
        }
    }
    Workspace::new(owned)
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

/// Spawns each job on a thread named `rt-job`; `ThreadSpawner` gives its threads no name.
struct NamedThreadSpawner;

impl JobSpawner for NamedThreadSpawner {
    fn spawn<F: FnOnce() + Send + UnwindSafe + 'static>(job: F) {
        let started = std::thread::Builder::new().name("rt-job".into()).spawn(job);
        // The trait lets `spawn` return nothing: the caller gets `:nif_panicked`.
        assert!(started.is_ok(), "no thread could be started");
    }
}

#[rustler::nif]
fn spawn_mean_ref(env: Env<'_>, total: i64, count: i64) -> Reference<'_> {
    let reference = env.make_ref();
    let owned = OwnedEnv::new();
    let saved = owned.save(reference);
    rustler::spawn::<NamedThreadSpawner, _>(env, move |env| {
        let reference = owned.run(|inner| saved.load(inner).in_env(env));
        (reference, total.checked_div(count)).encode(env)
    });
    reference
}
