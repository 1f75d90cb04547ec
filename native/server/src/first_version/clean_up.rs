//! What the lesson needs beyond the original design: a way to stop the threads, and timeouts that
//! keep the VM responsive. No cell relies on this module to prove a fault.

use std::mem;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// All thread pools that were started. The processes that started them may be dead by now.
static POOLS: Mutex<Vec<Receivers>> = Mutex::new(Vec::new());
static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// The threads that accept clients on one port.
pub(crate) struct Receivers {
    port: u16,
    threads: Vec<JoinHandle<()>>,
}

impl Receivers {
    /// Starts `count` threads. Each runs a closure of its own, which `new_body` returns.
    pub(crate) fn start<F: FnOnce() + Send + 'static>(
        port: u16,
        count: u32,
        new_body: impl Fn() -> F,
    ) {
        let builder = || Builder::new().name("rt-first".into());
        let threads = (0..count)
            .map(|_| builder().spawn(new_body()).unwrap())
            .collect();
        POOLS.lock().unwrap().push(Receivers { port, threads });
    }

    /// Stops the threads.
    fn stop(self) {
        // Connecting wakes a thread that waits for a client.
        for _ in &self.threads {
            let _ = TcpStream::connect(("127.0.0.1", self.port));
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

/// Stops all threads, which also closes their listeners, and returns how many there were.
#[rustler::nif(schedule = "DirtyIo")]
fn first_clean_up() -> usize {
    IS_REQUESTED.store(true, Ordering::Relaxed);
    let pools = mem::take(&mut *POOLS.lock().unwrap());
    let count = pools.iter().map(|pool| pool.threads.len()).sum();
    pools.into_iter().for_each(Receivers::stop);
    IS_REQUESTED.store(false, Ordering::Relaxed);
    count
}
