//! The same as in `real`, by loom.
//!
//! loom doesn't know time-outs. So a wait times out when a test's [`Timer`] says so, which is a
//! thread among the others: loom runs it before, between and after their steps.

use std::panic::RefUnwindSafe;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use loom::sync::MutexGuard as LockGuard;

pub(crate) use loom::sync::Arc;
pub(crate) use loom::thread;

/// Runs `model` in each order in which its threads may take their steps, and prints how many there
/// were. It panics if a run does, if all threads wait for each other, and if an `Arc` leaks.
pub(crate) fn explore(name: &str, model: impl Fn() + Sync + Send + 'static) {
    let began = Instant::now();
    let runs = std::sync::Arc::new(AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&runs);
    loom::model(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let runs = runs.load(Ordering::Relaxed);
    assert!(runs > 1, "nothing was interleaved");
    eprintln!(
        "{name}: {runs} interleavings in {} ms",
        began.elapsed().as_millis()
    );
}

/// Waits for a thread of a model, and returns what it returned.
pub(crate) fn join<T>(thread: thread::JoinHandle<T>) -> T {
    let Ok(returned) = thread.join() else {
        panic!("a thread of the model panicked");
    };
    returned
}

#[derive(Debug, Default)]
pub(crate) struct Lock<T>(loom::sync::Mutex<T>);

impl<T> RefUnwindSafe for Lock<T> {}

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Lock(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(crate) struct Condvar {
    condvar: loom::sync::Condvar,
    /// How many waits may still time out. It changes only while the lock is held.
    timeouts: AtomicUsize,
}

impl Condvar {
    pub(crate) fn new() -> Self {
        Condvar {
            condvar: loom::sync::Condvar::new(),
            timeouts: AtomicUsize::new(0),
        }
    }

    pub(crate) fn wait<'a, T>(&self, guard: LockGuard<'a, T>) -> LockGuard<'a, T> {
        let woken = self.condvar.wait(guard);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: LockGuard<'a, T>,
        _deadline: Instant,
    ) -> (LockGuard<'a, T>, bool) {
        if self.has_timed_out() {
            return (guard, true);
        }
        let guard = self.wait(guard);
        (guard, self.has_timed_out())
    }

    fn has_timed_out(&self) -> bool {
        let less_one = |timeouts: usize| timeouts.checked_sub(1);
        let taken = self
            .timeouts
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less_one);
        taken.is_ok()
    }

    pub(crate) fn notify_one(&self) {
        self.condvar.notify_one();
    }
}

/// Lets waits time out.
pub(crate) trait Timer {
    /// Lets the present wait time out, or else the next.
    fn elapse(&self);
}

impl<T> Timer for (&Lock<T>, &Condvar) {
    fn elapse(&self) {
        let (lock, condvar) = self;
        let _guard = lock.lock();
        condvar.timeouts.fetch_add(1, Ordering::Relaxed);
        condvar.condvar.notify_all();
    }
}

/// A channel like std's: loom's has no `recv_timeout`, and does not notice that its sender is gone.
pub(crate) mod mpsc {
    use super::{Arc, Condvar, Lock, Timer};
    use std::collections::VecDeque;
    use std::time::{Duration, Instant};

    pub(crate) use std::sync::mpsc::{RecvTimeoutError, SendError};

    struct Channel<T> {
        state: Lock<State<T>>,
        changed: Condvar,
    }

    struct State<T> {
        messages: VecDeque<T>,
        has_sender: bool,
        has_receiver: bool,
    }

    pub(crate) struct Sender<T>(Arc<Channel<T>>);
    pub(crate) struct Receiver<T>(Arc<Channel<T>>);
    pub(crate) struct ReceiveTimer<T>(Arc<Channel<T>>);

    pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let state = State {
            messages: VecDeque::new(),
            has_sender: true,
            has_receiver: true,
        };
        let channel = Arc::new(Channel {
            state: Lock::new(state),
            changed: Condvar::new(),
        });
        (Sender(Arc::clone(&channel)), Receiver(channel))
    }

    impl<T> Sender<T> {
        pub(crate) fn send(&self, message: T) -> Result<(), SendError<T>> {
            let mut state = self.0.state.lock();
            if !state.has_receiver {
                return Err(SendError(message));
            }
            state.messages.push_back(message);
            self.0.changed.notify_one();
            Ok(())
        }

        pub(crate) fn timer(&self) -> ReceiveTimer<T> {
            ReceiveTimer(Arc::clone(&self.0))
        }
    }

    impl<T> Receiver<T> {
        pub(crate) fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
            let deadline = Instant::now() + timeout;
            let mut state = self.0.state.lock();
            loop {
                if let Some(message) = state.messages.pop_front() {
                    return Ok(message);
                }
                if !state.has_sender {
                    return Err(RecvTimeoutError::Disconnected);
                }
                let (guard, timed_out) = self.0.changed.wait_until(state, deadline);
                if timed_out {
                    return Err(RecvTimeoutError::Timeout);
                }
                state = guard;
            }
        }
    }

    impl<T> Timer for ReceiveTimer<T> {
        fn elapse(&self) {
            (&self.0.state, &self.0.changed).elapse();
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            // A model that has failed can't lock any more.
            if std::thread::panicking() {
                return;
            }
            self.0.state.lock().has_sender = false;
            self.0.changed.notify_one();
        }
    }

    impl<T> Drop for Receiver<T> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                return;
            }
            self.0.state.lock().has_receiver = false;
        }
    }
}
