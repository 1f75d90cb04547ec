//! A server: one runtime, on a thread of its own, for as long as its owner lives.

use crate::atoms;
use crate::config::{Config, Limits};
use crate::pool::Pool;
use crate::stats::{Counters, Stats};
use crate::{listener, request};
use parking_lot::Mutex;
use roundtrip_support::error::{refuse, refuse_with};
use roundtrip_support::live::Live;
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, LocalPid, Monitor, NifResult, OwnedEnv, Resource, ResourceArc, Term,
};
use std::io;
use std::net::SocketAddr;
use std::panic::RefUnwindSafe;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::Instant;

/// How long the runtime's threads may take to end. They only ever wait for sockets.
const JOIN: Duration = Duration::from_secs(5);

/// The longest time that a graceful stop may be given, in milliseconds.
const LONGEST_STOP: i64 = roundtrip_core::server::LONGEST_TIMEOUT;

/// What a server was told about its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Nothing.
    No,
    /// To finish what is in flight, until then.
    Gracefully(Instant),
    /// To drop everything.
    Now,
}

/// What the server's threads and the NIFs share.
pub struct Shared {
    pub limits: Limits,
    pub pool: Pool,
    pub counters: Counters,
}

/// Who waits for the end, and whether it has come.
#[derive(Default)]
struct End {
    ended: bool,
    asked: Option<ResourceArc<Server>>,
}

/// The handle of a server. Its owner's end, or its own, is the server's.
pub struct Server {
    shared: Arc<Shared>,
    owner: LocalPid,
    address: SocketAddr,
    stop: watch::Sender<Stop>,
    end: Arc<Mutex<End>>,
    _live: Live,
}

// What the locks guard is assigned whole: nothing half written can be seen.
impl RefUnwindSafe for Server {}

#[rustler::resource_impl]
impl Resource for Server {
    fn down<'a>(&'a self, _env: Env<'a>, pid: LocalPid, _monitor: Monitor) {
        if pid == self.owner {
            self.signal(Stop::Now);
        } else {
            self.shared.pool.leave(&pid);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Stop::Now);
    }
}

impl Server {
    /// Only signals: the server's own thread does what follows.
    fn signal(&self, asked: Stop) {
        self.stop.send_if_modified(|stop| {
            // A stop at once is never put off again.
            let stronger = *stop != Stop::Now && *stop != asked;
            if stronger {
                *stop = asked;
            }
            stronger
        });
    }
}

/// What the thread needs.
struct Work {
    shared: Arc<Shared>,
    stop: watch::Receiver<Stop>,
    end: Arc<Mutex<End>>,
    owner: LocalPid,
}

impl Work {
    fn run(self, bound: mpsc::Sender<io::Result<SocketAddr>>) {
        let live = Live::new();
        match self.prepare() {
            Ok((runtime, listener, address)) => {
                // Who started the server waits for this.
                let _ = bound.send(Ok(address));
                runtime.block_on(listener::serve(
                    Arc::clone(&self.shared),
                    listener,
                    self.stop.clone(),
                ));
                runtime.shutdown_timeout(JOIN);
            }
            Err(error) => {
                let _ = bound.send(Err(error));
            }
        }
        drop(live);
        self.finish();
    }

    fn prepare(&self) -> io::Result<(Runtime, TcpListener, SocketAddr)> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(self.shared.limits.workers)
            .thread_name("rt-http-w")
            .enable_io()
            .enable_time()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            listener::bind(self.shared.limits.address)?
        };
        let address = listener.local_addr()?;
        Ok((runtime, listener, address))
    }

    /// Nothing is left but this thread: now the owner may know.
    fn finish(self) {
        let asked = {
            let mut end = self.end.lock();
            end.ended = true;
            end.asked.take()
        };
        if let Some(server) = asked {
            // An owner that is dead needs no message.
            let _ = OwnedEnv::new()
                .send_and_clear(&self.owner, |_| (atoms::roundtrip_server_stopped(), server));
        }
    }
}

fn reason(error: &io::Error) -> Atom {
    match error.kind() {
        io::ErrorKind::AddrInUse => atoms::eaddrinuse(),
        io::ErrorKind::AddrNotAvailable => atoms::eaddrnotavail(),
        io::ErrorKind::PermissionDenied => atoms::eacces(),
        _ => atoms::einval(),
    }
}

#[rustler::nif(schedule = "DirtyIo")]
fn start(
    env: Env,
    config: Config,
    owner: LocalPid,
) -> NifResult<Result<ResourceArc<Server>, Atom>> {
    let limits = config.limits().map_err(refuse_with)?;
    let counters = Counters::new().map_err(refuse)?;
    let pool = Pool::default();
    let shared = Arc::new(Shared {
        limits,
        pool,
        counters,
    });
    Ok(launch(env, shared, owner))
}

fn launch(env: Env, shared: Arc<Shared>, owner: LocalPid) -> Result<ResourceArc<Server>, Atom> {
    let (stop, stopped) = watch::channel(Stop::No);
    let end = Arc::new(Mutex::new(End::default()));
    let work = Work {
        shared: Arc::clone(&shared),
        stop: stopped,
        end: Arc::clone(&end),
        owner,
    };
    let (bound, answer) = mpsc::channel();
    thread::Builder::new()
        .name("rt-http".into())
        .spawn(move || work.run(bound))
        .map_err(|_| atoms::no_thread())?;
    // A thread that panics, as tokio does where it gets no worker, says nothing.
    let bound = answer.recv().map_err(|_| atoms::no_thread())?;
    let address = bound.map_err(|error| reason(&error))?;
    let server = ResourceArc::new(Server {
        shared,
        owner,
        address,
        stop,
        end,
        _live: Live::new(),
    });
    // An owner that died meanwhile takes the server with it: the handle is dropped here.
    let monitor = env.monitor(&server, &owner);
    monitor.map(|_| server).ok_or(atoms::noproc())
}

#[rustler::nif]
fn address<'a>(env: Env<'a>, server: ResourceArc<Server>) -> Term<'a> {
    request::address(env, server.address)
}

#[rustler::nif]
fn join(env: Env, server: ResourceArc<Server>, pid: LocalPid) -> Atom {
    server.shared.pool.join(pid);
    // After it joined, so that its end cannot fall between the two.
    if env.monitor(&server, &pid).is_none() {
        server.shared.pool.leave(&pid);
    }
    ok()
}

#[rustler::nif]
fn stop(env: Env, server: ResourceArc<Server>, deadline: i64) -> NifResult<Atom> {
    let field = "deadline";
    let wait = roundtrip_core::error::within(field, deadline, 0, LONGEST_STOP).map_err(refuse)?;
    let ended = {
        let mut end = server.end.lock();
        if !end.ended {
            end.asked = Some(server.clone());
        }
        end.ended
    };
    if ended {
        let message = (atoms::roundtrip_server_stopped(), server.clone());
        // An owner that is dead needs no message.
        let _ = env.send(&server.owner, message.encode(env));
    }
    let until = Instant::now() + Duration::from_millis(wait.unsigned_abs());
    server.signal(Stop::Gracefully(until));
    Ok(ok())
}

#[rustler::nif]
fn stats(server: ResourceArc<Server>) -> Stats {
    server.shared.counters.stats()
}
