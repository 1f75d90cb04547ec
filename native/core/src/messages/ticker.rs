//! A thread that does something at every tick until it is stopped.

use super::Interval;
use crate::sync::mpsc::{self, Receiver, RecvTimeoutError};
use crate::thread::{NoThread, Thread};
use std::thread;
use std::time::Duration;

/// Owns the thread. Dropping it drops `stop_tx`, which stops the thread as well.
pub struct Ticker<E> {
    stop_tx: mpsc::Sender<()>,
    thread: Thread<Result<(), E>>,
}

impl<E: Send + 'static> Ticker<E> {
    /// Starts a thread that calls `tick` after each interval, until that fails.
    ///
    /// # Errors
    /// [`NoThread`] if the system refuses.
    pub fn start(
        name: &str,
        interval: Interval,
        tick: impl FnMut() -> Result<(), E> + Send + 'static,
    ) -> Result<Self, NoThread> {
        let interval = Duration::from_millis(interval.get());
        let (stop_tx, stop_rx) = mpsc::channel();
        let thread = Thread::start(name, move || run(&stop_rx, interval, tick))?;
        Ok(Ticker { stop_tx, thread })
    }

    /// Tells the thread to stop, and returns without waiting for it.
    pub fn signal(&self) {
        // It fails only if the thread has ended, and then there is nothing to stop.
        let _ = self.stop_tx.send(());
    }

    /// Stops the thread, and waits until it has ended. It blocks, so call it on dirty schedulers
    /// only. Returns what [`Thread::join`] does.
    pub fn stop(&self) -> Option<thread::Result<Result<(), E>>> {
        self.signal();
        self.thread.join()
    }
}

fn run<E>(
    stop_rx: &Receiver<()>,
    interval: Duration,
    mut tick: impl FnMut() -> Result<(), E>,
) -> Result<(), E> {
    while stop_rx.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        tick()?;
    }
    Ok(())
}

#[cfg(all(test, not(roundtrip_loom)))]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_ticker_ticks_until_it_is_stopped_or_fails() -> Result<(), NoThread> {
        let (ticked_tx, ticked_rx) = channel();
        let tick = move || ticked_tx.send(());
        let ticker = Ticker::start("ticks", Interval::MIN, tick)?;
        assert!(ticked_rx.iter().take(3).count() == 3);
        assert!(matches!(ticker.stop(), Some(Ok(Ok(())))));
        assert!(ticker.stop().is_none());

        let failing = Ticker::start("fails", Interval::MIN, || Err("no receiver"))?;
        assert!(matches!(
            failing.thread.join(),
            Some(Ok(Err("no receiver")))
        ));
        Ok(())
    }

    #[test]
    fn a_dropped_ticker_stops() -> Result<(), NoThread> {
        let (alive_tx, alive_rx) = channel::<()>();
        let tick = move || alive_tx.send(());
        drop(Ticker::start("dropped", Interval::MAX, tick)?);
        // The thread owns the sender, so this waits until the thread has ended.
        assert!(alive_rx.recv().is_err());
        Ok(())
    }
}

#[cfg(all(test, roundtrip_loom))]
mod interleavings {
    use super::*;
    use crate::sync::{Arc, Timer, explore, join, thread};
    use std::sync::Weak;

    /// Starts a ticker, and returns what only its thread holds, too.
    fn start() -> (Arc<Ticker<()>>, Weak<()>) {
        let held = std::sync::Arc::new(());
        let running = std::sync::Arc::downgrade(&held);
        let tick = move || {
            let _held = &held;
            Ok(())
        };
        let Ok(ticker) = Ticker::start("ticks", Interval::MIN, tick) else {
            panic!("loom has too few threads");
        };
        (Arc::new(ticker), running)
    }

    fn has_ended(running: &Weak<()>) -> bool {
        running.strong_count() == 0
    }

    #[test]
    fn stop_against_tick() {
        explore("reporter: stop, a tick", || {
            let (ticker, running) = start();
            let timer = ticker.stop_tx.timer();
            let ticking = thread::spawn(move || timer.elapse());
            assert!(matches!(ticker.stop(), Some(Ok(Ok(())))));
            assert!(has_ended(&running));
            join(ticking);
        });
    }

    #[test]
    fn stop_against_the_end_of_its_owner() {
        explore("reporter: stop, owner down", || {
            let (ticker, running) = start();
            let owner = {
                let ticker = Arc::clone(&ticker);
                thread::spawn(move || ticker.signal())
            };
            assert!(matches!(ticker.stop(), Some(Ok(Ok(())))));
            assert!(has_ended(&running));
            join(owner);
        });
    }

    #[test]
    fn two_stops_both_wait_for_the_end() {
        explore("reporter: two stops", || {
            let (ticker, running) = start();
            let stop = |ticker: Arc<Ticker<()>>, running: Weak<()>| {
                move || {
                    let is_first = ticker.stop().is_some();
                    assert!(has_ended(&running));
                    is_first
                }
            };
            let other = thread::spawn(stop(Arc::clone(&ticker), Weak::clone(&running)));
            assert_ne!(stop(ticker, running)(), join(other));
        });
    }

    // Its thread is not joined: one that didn't end would be reported as a deadlock.
    #[test]
    fn drop_against_tick() {
        explore("reporter: drop, a tick", || {
            let (ticker, _) = start();
            let timer = ticker.stop_tx.timer();
            let ticking = thread::spawn(move || timer.elapse());
            drop(ticker);
            join(ticking);
        });
    }
}
