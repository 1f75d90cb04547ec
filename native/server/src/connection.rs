//! Serves one connection, from the first byte to the last.

use crate::config::Settings;
use crate::connection_state::ConnectionState;
use crate::deadline_timer::DeadlineTimer;
use crate::service::RequestService;
use crate::shared::Shared;
use crate::shutdown::{Shutdown, ShutdownReceiver, run_until_stopped};
use crate::timed_stream::TimedStream;
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout_at;

/// The smallest buffer that hyper accepts.
const MIN_BUFFER: usize = 8_192;

/// Serves requests until the client or a limit ends the connection. When the server shuts down, the
/// request in flight is still answered: with a 503 if the handler takes longer than the shutdown may.
pub(crate) async fn serve_connection(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    shutdown: ShutdownReceiver,
) {
    let _guard = shared.counters.open_connection();
    // Responses are written as a whole, so waiting for more data would only delay them.
    let _ = stream.set_nodelay(true);
    let state = Arc::new(ConnectionState::default());
    let stream = TimedStream::new(stream, Arc::clone(&state), Arc::clone(&shared));
    let service = Arc::new(RequestService {
        shared: Arc::clone(&shared),
        state: Arc::clone(&state),
        timer: DeadlineTimer::new(),
        peer,
    });
    let service = service_fn(move |request: Request<Incoming>| {
        // Here and not in `serve`: hyper may read the body before it polls that for the first time.
        service.state.start_body(request.body().size_hint().exact());
        Arc::clone(&service).serve(request)
    });
    let connection =
        http1_builder(&shared.settings).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let serving = run_until_stopped(connection.as_mut(), &shutdown, Shutdown::is_requested);
    let result = match serving.await {
        Some(result) => result,
        None => {
            connection.as_mut().graceful_shutdown();
            let deadline = shutdown.borrow().deadline();
            match timeout_at(deadline, connection.as_mut()).await {
                Ok(result) => result,
                Err(_elapsed) => {
                    state.shutdown_timed_out.set();
                    connection.await
                }
            }
        }
    };
    if result.is_err_and(|error| error.is_parse()) {
        shared.counters.count_malformed();
    }
}

fn http1_builder(settings: &Settings) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .keep_alive(true)
        // A client may stop sending after its request. `TimedStream` notices one that has gone.
        .half_close(true)
        .max_header_size(settings.max_headers)
        .max_buf_size(settings.max_headers.max(MIN_BUFFER))
        // `TimedStream` limits this time, and unlike hyper it tells a slow head from an idle
        // connection.
        .header_read_timeout(None);
    builder
}
