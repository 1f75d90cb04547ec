//! The thread that runs a server's tokio runtime from its beginning to its end.

use crate::error::StartError;
use crate::listener;
use crate::shared::Shared;
use crate::shutdown::ShutdownReceiver;
use roundtrip_support::LiveGuard;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// How long the runtime's threads may take to end. They never block on anything but sockets.
const JOIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts a server on a thread of its own, and returns the address it is bound to.
///
/// `on_exit` is called when the server has ended and all its other threads are gone.
pub(crate) fn spawn(
    shared: Arc<Shared>,
    shutdown: ShutdownReceiver,
    on_exit: impl FnOnce() + Send + 'static,
) -> Result<SocketAddr, StartError> {
    let (bound_tx, bound_rx) = mpsc::channel();
    thread::Builder::new()
        .name("rt-http".into())
        .spawn(move || {
            let guard = LiveGuard::new();
            run(shared, shutdown, &bound_tx);
            drop(guard);
            on_exit();
        })
        .map_err(|_| StartError::NoThread)?;
    // The sender is dropped without a message when tokio panics, because it gets no worker thread.
    let bound = bound_rx.recv().map_err(|_| StartError::NoThread)?;
    Ok(bound?)
}

fn run(
    shared: Arc<Shared>,
    shutdown: ShutdownReceiver,
    bound_tx: &mpsc::Sender<io::Result<SocketAddr>>,
) {
    match prepare(&shared) {
        Ok((runtime, listener, address)) => {
            // `spawn` waits for this message, so it can't fail.
            let _ = bound_tx.send(Ok(address));
            runtime.block_on(listener::serve(shared, listener, shutdown));
            runtime.shutdown_timeout(JOIN_TIMEOUT);
        }
        Err(error) => {
            let _ = bound_tx.send(Err(error));
        }
    }
}

fn prepare(shared: &Shared) -> io::Result<(Runtime, TcpListener, SocketAddr)> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(shared.settings.workers)
        .thread_name("rt-http-w")
        .enable_io()
        .enable_time()
        .build()?;
    // A tokio socket can be created inside a runtime only.
    let listener = {
        let _entered = runtime.enter();
        listener::bind(shared.settings.address)?
    };
    let address = listener.local_addr()?;
    Ok((runtime, listener, address))
}
