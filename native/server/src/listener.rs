//! Accepts connections until it is told to stop, and sees them to their end.

use crate::alarm::Alarm;
use crate::config::Limits;
use crate::io::{Timed, Wire};
use crate::race::until;
use crate::refusal::TOO_MANY_CONNECTIONS;
use crate::server::{Shared, Stop};
use crate::service::Service;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout_at};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1_024;

/// How long to wait where the system has no socket to give: others must end first.
const PAUSE: Duration = Duration::from_millis(20);

/// The smallest buffer that hyper agrees to.
const SMALLEST_BUFFER: usize = 8_192;

/// Binds; a port that is only remembered by the system can be had again at once.
pub fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // On Windows the same option lets two servers share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until it is told to stop, and no longer than that allows.
pub async fn serve(shared: Arc<Shared>, listener: TcpListener, stop: watch::Receiver<Stop>) {
    let most = shared.limits.max_connections;
    let places = Arc::new(Semaphore::new(most));
    let accepting = accept(&shared, &listener, &places, &stop);
    until(accepting, &stop, |stop| *stop != Stop::No).await;
    // At once, before anything is waited for: the port is free for who comes next.
    drop(listener);
    let asked = *stop.borrow();
    if let Stop::Gracefully(deadline) = asked {
        // A place is free again when its connection has ended.
        let all = u32::try_from(most).unwrap_or(u32::MAX);
        let ending = timeout_at(deadline, places.acquire_many(all));
        until(ending, &stop, |stop| *stop == Stop::Now).await;
    }
}

async fn accept(
    shared: &Arc<Shared>,
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &watch::Receiver<Stop>,
) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        match Arc::clone(places).try_acquire_owned() {
            Ok(place) => {
                let shared = Arc::clone(shared);
                tokio::spawn(converse(shared, stream, peer, place, stop.clone()));
            }
            Err(_) => turn_away(shared, &stream),
        }
    }
}

/// Says so in what the socket takes without waiting: who floods the server must not keep it busy.
fn turn_away(shared: &Shared, stream: &TcpStream) {
    shared.counters.refused();
    let _ = stream.try_write(TOO_MANY_CONNECTIONS);
    // What has come already is read, or the close would reset the connection under the answer.
    let _ = stream.try_read(&mut [0; 4_096]);
}

/// One connection, from its first byte to its last.
async fn converse(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    _place: OwnedSemaphorePermit,
    stop: watch::Receiver<Stop>,
) {
    let _counted = shared.counters.connection();
    // Answers are written whole: to wait for more would only delay them.
    let _ = stream.set_nodelay(true);
    let wire = Arc::new(Wire::default());
    let io = Timed::new(stream, Arc::clone(&wire), &shared.limits);
    let service = Arc::new(Service {
        shared: Arc::clone(&shared),
        wire,
        alarm: Alarm::new(),
        peer,
    });
    let service = service_fn(move |request| Arc::clone(&service).serve(request));
    let connection = builder(&shared.limits).serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    let talk = connection.as_mut();
    let ended = match until(talk, &stop, |stop| *stop != Stop::No).await {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err_and(|error| error.is_parse()) {
        shared.counters.malformed();
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .keep_alive(true)
        .max_header_size(limits.max_headers)
        .max_buf_size(limits.max_headers.max(SMALLEST_BUFFER))
        // `Timed` watches the head, and tells it from an idle connection.
        .header_read_timeout(None);
    builder
}
