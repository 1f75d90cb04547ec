//! What the first version could not have, and a lesson cannot do without: a way to end it, and
//! bounds that keep the VM answering. No cell relies on this to prove a fault.

use std::mem;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Every pool that was started, for who started it may be dead by now.
static POOLS: Mutex<Vec<Receivers>> = Mutex::new(Vec::new());
static WANTED: AtomicBool = AtomicBool::new(false);

/// The threads that wait at one port.
pub struct Receivers {
    port: u16,
    threads: Vec<JoinHandle<()>>,
}

impl Receivers {
    /// Starts a thread for each body that `next` gives.
    pub fn start<F: FnOnce() + Send + 'static>(port: u16, count: u32, next: impl Fn() -> F) {
        let named = || Builder::new().name("rt-first".into());
        let threads = (0..count).map(|_| named().spawn(next()).unwrap()).collect();
        POOLS.lock().unwrap().push(Receivers { port, threads });
    }

    /// A thread that waits for a client wakes with one. One that has panicked is gone already.
    fn end(self) {
        for _ in &self.threads {
            let _ = TcpStream::connect(("127.0.0.1", self.port));
        }
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Whether the threads are to end.
pub fn wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

/// The first version waits for a client without end.
pub fn bound(stream: &TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream.set_write_timeout(Some(Duration::from_millis(100)));
}

/// Ends every thread, and with it the listener that it shares. Returns how many there were.
#[rustler::nif(schedule = "DirtyIo")]
fn first_clean_up() -> usize {
    WANTED.store(true, Ordering::Relaxed);
    let pools = mem::take(&mut *POOLS.lock().unwrap());
    let count = pools.iter().map(|pool| pool.threads.len()).sum();
    pools.into_iter().for_each(Receivers::end);
    WANTED.store(false, Ordering::Relaxed);
    count
}
