//! Accepts connections until the server shuts down, then waits for them to end.

use crate::connection::serve_connection;
use crate::rejection::TOO_MANY_CONNECTIONS;
use crate::shared::Shared;
use crate::shutdown::{Shutdown, ShutdownReceiver, run_until_stopped};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout_at};

/// How many connections the system queues until they are accepted.
const BACKLOG: u32 = 1_024;

/// How long it may take after the deadline of a shutdown to answer what is unanswered with a 503.
const LAST_RESPONSES: Duration = Duration::from_secs(1);

/// How long to wait when the system has no socket left, until others may have been closed.
const ACCEPT_RETRY: Duration = Duration::from_millis(20);

/// Binds a listener to the address.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Lets a restarted server bind while old connections are in TIME_WAIT. On Windows the same
    // option would let two servers share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves connections until the server shuts down and, if it does so gracefully, until all
/// connections have ended or the deadline has passed. Then those that wait for a handler get a 503.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener, shutdown: ShutdownReceiver) {
    let max = shared.settings.max_connections;
    let permits = Arc::new(Semaphore::new(max as usize));
    let accepting = accept(&shared, &listener, &permits, &shutdown);
    run_until_stopped(accepting, &shutdown, Shutdown::is_requested).await;
    // Closed before anything is awaited, so that another server can bind the port at once.
    drop(listener);
    let requested = *shutdown.borrow();
    if let Shutdown::Graceful(deadline) = requested {
        // Each connection holds a permit: when all are free, all connections have ended.
        let all_ended = timeout_at(deadline + LAST_RESPONSES, permits.acquire_many(max));
        run_until_stopped(all_ended, &shutdown, Shutdown::is_immediate).await;
    }
}

async fn accept(
    shared: &Arc<Shared>,
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    shutdown: &ShutdownReceiver,
) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(ACCEPT_RETRY).await;
            continue;
        };
        match Arc::clone(permits).try_acquire_owned() {
            Ok(permit) => {
                let serving = serve_connection(Arc::clone(shared), stream, peer, shutdown.clone());
                tokio::spawn(async move {
                    serving.await;
                    drop(permit);
                });
            }
            Err(_) => turn_away(shared, &stream),
        }
    }
}

/// Responds with 503, without waiting for the client: a flood of connections must not keep the
/// listener busy.
fn turn_away(shared: &Shared, stream: &TcpStream) {
    shared.counters.count_refused();
    let _ = stream.try_write(TOO_MANY_CONNECTIONS);
    // Closing a socket with unread input would reset the connection before the client has read.
    let _ = stream.try_read(&mut [0; 4_096]);
}
