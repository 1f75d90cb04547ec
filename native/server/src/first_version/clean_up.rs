//! What the lesson needs beyond the original design: a way to stop the threads, and timeouts that
//! keep the VM responsive. No cell relies on this module to prove a fault.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder, JoinHandle, ThreadId};
use std::time::Duration;

use roundtrip_core::server::PoolSize;

/// All thread pools that were started. The processes that started them may be dead by now.
static POOLS: Mutex<Vec<Receivers>> = Mutex::new(Vec::new());
/// The clients that threads read from now, and may wait for.
static CLIENTS: Mutex<Vec<(ThreadId, TcpStream)>> = Mutex::new(Vec::new());
static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// The threads that accept clients on one port.
pub(crate) struct Receivers {
    port: u16,
    threads: Vec<JoinHandle<()>>,
}

impl Receivers {
    /// Starts threads. Each runs a closure of its own, which `new_body` returns.
    pub(crate) fn start<F: FnOnce() + Send + 'static>(
        port: u16,
        pool_size: PoolSize,
        new_body: impl Fn() -> F,
    ) {
        let builder = || Builder::new().name("rt-first".into());
        let threads: Vec<_> = (0..pool_size.get())
            .map_while(|_| builder().spawn(new_body()).ok())
            .collect();
        let is_complete = threads.len() == pool_size.get() as usize;
        // Those that were started are kept even if others were not, so that they can be stopped.
        POOLS.lock().unwrap().push(Receivers { port, threads });
        assert!(is_complete, "no thread could be started");
    }

    /// Stops the threads.
    fn stop(self) {
        // Closing its client wakes a thread that reads, and connecting one that waits for a client.
        for (_thread, client) in &*CLIENTS.lock().unwrap() {
            let _ = client.shutdown(Shutdown::Both);
        }
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        for _ in &self.threads {
            // If this fails, as many other clients are waiting already.
            let _ = TcpStream::connect_timeout(&address, Duration::from_millis(100));
        }
        for thread in self.threads {
            // A thread that has panicked returns an error.
            let _ = thread.join();
        }
    }
}

/// Returns whether the threads should stop.
pub(crate) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
}

/// Limits how long a thread waits for its client. The original design had no limit.
pub(crate) fn set_timeouts(stream: &TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream.set_write_timeout(Some(Duration::from_millis(100)));
}

/// Lets `first_clean_up` close a client that a thread reads from, until this is dropped. A client
/// that sends a byte every few seconds would otherwise hold up the thread for as long as it likes.
pub(crate) struct Reading(ThreadId);

impl Reading {
    /// Registers the client of the current thread.
    pub(crate) fn new(stream: &TcpStream) -> Self {
        let thread = thread::current().id();
        if let Ok(client) = stream.try_clone() {
            CLIENTS.lock().unwrap().push((thread, client));
        }
        if is_requested() {
            // `stop` may have read the list before.
            let _ = stream.shutdown(Shutdown::Both);
        }
        Reading(thread)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        CLIENTS
            .lock()
            .unwrap()
            .retain(|(thread, _)| *thread != self.0);
    }
}

/// Stops all threads, which also closes their listeners, and returns how many there were.
#[rustler::nif(schedule = "DirtyIo")]
fn first_clean_up() -> usize {
    // Held to the end, so that a second call does not take the request back too early.
    let mut pools = POOLS.lock().unwrap();
    IS_REQUESTED.store(true, Ordering::Relaxed);
    let count = pools.iter().map(|pool| pool.threads.len()).sum();
    pools.drain(..).for_each(Receivers::stop);
    IS_REQUESTED.store(false, Ordering::Relaxed);
    count
}
