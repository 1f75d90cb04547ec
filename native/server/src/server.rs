//! The server as Elixir holds it: a resource that stops the server when it or its owner ends.

use crate::atoms;
use crate::config::{Config, Timeout};
use crate::error::{Error, StartError};
use crate::shared::Shared;
use crate::shutdown::Shutdown;
use crate::stats::Stats;
use crate::{request, server_thread};
use roundtrip_core::server::Exit;
use roundtrip_support::{LiveGuard, live};
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, Term,
};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

/// A running server.
pub(crate) struct Server {
    shared: Arc<Shared>,
    owner: LocalPid,
    address: SocketAddr,
    shutdown: watch::Sender<Shutdown>,
    exit: Arc<Exit<ResourceArc<Server>>>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Server {
    fn down<'a>(&'a self, _env: Env<'a>, pid: LocalPid, _monitor: Monitor) {
        if pid == self.owner {
            self.shut_down(Shutdown::Immediate);
        } else {
            self.shared.receivers.leave(&pid);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shut_down(Shutdown::Immediate);
    }
}

impl Server {
    /// Starts the server's threads and monitors its owner.
    fn start(env: Env, config: Config, owner: LocalPid) -> Result<ResourceArc<Self>, Error> {
        let shared = Arc::new(Shared::new(config)?);
        let (shutdown, shutdown_rx) = watch::channel(Shutdown::NotRequested);
        let exit = Arc::<Exit<_>>::default();
        let on_exit = {
            let exit = Arc::clone(&exit);
            move || announce_exit(&exit, &owner)
        };
        let address = server_thread::spawn(Arc::clone(&shared), shutdown_rx, on_exit)?;
        let server = ResourceArc::new(Server {
            shared,
            owner,
            address,
            shutdown,
            exit,
            _guard: LiveGuard::new(),
        });
        // If the owner is already dead, the handle is dropped here, which stops the server.
        env.monitor(&server, &owner).ok_or(StartError::Noproc)?;
        Ok(server)
    }

    /// Tells the server's threads to stop, and returns without waiting for them.
    fn shut_down(&self, requested: Shutdown) {
        self.shutdown.send_if_modified(|current| {
            // An immediate shutdown can't be turned back into a graceful one.
            let is_change = !current.is_immediate() && *current != requested;
            if is_change {
                *current = requested;
            }
            is_change
        });
    }
}

pub(crate) fn keep_type(owner: LocalPid) -> Result<(), Error> {
    live::leak(ResourceArc::new(Server {
        shared: Arc::new(Shared::new(Config::smallest())?),
        owner,
        address: (Ipv4Addr::LOCALHOST, 0).into(),
        shutdown: watch::Sender::new(Shutdown::NotRequested),
        exit: Arc::default(),
        _guard: LiveGuard::new(),
    }));
    Ok(())
}

/// Tells the owner that all threads have ended, if it has asked for it.
fn announce_exit(exit: &Exit<ResourceArc<Server>>, owner: &LocalPid) {
    if let Some(server) = exit.set_exited() {
        // Sending fails only when the owner is dead.
        let _ =
            OwnedEnv::new().send_and_clear(owner, |_| (atoms::roundtrip_server_stopped(), server));
    }
}

#[rustler::nif(schedule = "DirtyIo")]
fn start(env: Env, config: Config, owner: LocalPid) -> NifResult<(Atom, ResourceArc<Server>)> {
    Ok((ok(), Server::start(env, config, owner)?))
}

#[rustler::nif]
fn address<'a>(env: Env<'a>, server: &Server) -> Term<'a> {
    request::encode_address(env, server.address)
}

#[rustler::nif]
fn join(env: Env, server: ResourceArc<Server>, pid: LocalPid) -> Atom {
    let receivers = &server.shared.receivers;
    receivers.join(pid, || env.monitor(&server, &pid).is_some());
    ok()
}

#[rustler::nif]
fn stop(env: Env, server: ResourceArc<Server>, deadline: Timeout) -> NifResult<Atom> {
    let deadline = Instant::now() + deadline.parse("deadline", 0)?;
    if let Some(handle) = server.exit.request(server.clone()) {
        let message = (atoms::roundtrip_server_stopped(), handle);
        // Sending fails only when the owner is dead.
        let _ = env.send(&server.owner, message.encode(env));
    }
    server.shut_down(Shutdown::Graceful(deadline));
    Ok(ok())
}

#[rustler::nif]
fn stats(server: &Server) -> Stats {
    server.shared.counters.stats()
}
