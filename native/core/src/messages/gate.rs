//! A gate that lets a message through when its receiver has room for it.

use super::{Demand, Window};
use crate::Error;
use crate::sync::{Condvar, Lock};

/// Lets one thread pass as often as there is [`Demand`], and until it is stopped.
#[derive(Debug)]
pub struct Gate {
    state: Lock<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    demand: Demand,
    waiting: bool,
    stopped: bool,
}

/// A gate at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "rustler", derive(rustler::NifMap))]
pub struct GateState {
    /// How many messages are in flight.
    pub in_flight: u32,
    /// The most that were ever in flight at one time.
    pub most: u32,
    /// Whether the thread waits for room.
    pub waiting: bool,
}

impl Gate {
    /// Creates a gate with room for a window of messages.
    pub fn new(window: Window) -> Self {
        let state = State {
            demand: Demand::new(window),
            waiting: false,
            stopped: false,
        };
        Gate {
            state: Lock::new(state),
            changed: Condvar::new(),
        }
    }

    /// Waits until one more message may go out; `false` once the gate is stopped.
    pub fn pass(&self) -> bool {
        let mut state = self.state.lock();
        while !state.stopped {
            state.waiting = !state.demand.try_take();
            if !state.waiting {
                return true;
            }
            state = self.changed.wait(state);
        }
        false
    }

    /// Makes room for `count` more.
    ///
    /// # Errors
    /// As [`Demand::more`].
    pub fn more(&self, count: i64) -> Result<(), Error> {
        self.state.lock().demand.more(count)?;
        self.changed.notify_one();
        Ok(())
    }

    /// Stops the thread: now, if it waits, or else at its next message.
    pub fn stop(&self) {
        self.state.lock().stopped = true;
        self.changed.notify_one();
    }

    /// Returns what the gate is doing.
    pub fn state(&self) -> GateState {
        let state = self.state.lock();
        GateState {
            in_flight: state.demand.in_flight(),
            most: state.demand.most(),
            waiting: state.waiting,
        }
    }
}

#[cfg(all(test, not(roundtrip_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_gate_lets_nothing_through() {
        let gate = Gate::new(Window::MIN);
        assert!(gate.pass());
        gate.stop();
        assert!(!gate.pass());
        let (in_flight, most, waiting) = (1, 1, false);
        let expected = GateState {
            in_flight,
            most,
            waiting,
        };
        assert_eq!(gate.state(), expected);
    }
}

#[cfg(all(test, roundtrip_loom))]
mod interleavings {
    use super::*;
    use crate::sync::{Arc, explore, join, thread};

    #[test]
    fn demand_against_stop() {
        explore("feed: two messages, demand for one, stop", || {
            let gate = Arc::new(Gate::new(Window::MIN));
            let feeding = {
                let gate = Arc::clone(&gate);
                thread::spawn(move || (0..3).take_while(|_| gate.pass()).count())
            };
            let consuming = {
                let gate = Arc::clone(&gate);
                // It may ask before anything is in flight; then there is room anyway.
                thread::spawn(move || gate.more(1).is_ok())
            };
            gate.stop();
            let (passed, made_room) = (join(feeding), join(consuming));
            assert!(passed <= 1 + usize::from(made_room));
            assert!(gate.state().most <= 1);
        });
    }

    #[test]
    fn demand_wakes_the_thread() {
        explore("feed: demand for a message that waits", || {
            let gate = Arc::new(Gate::new(Window::MIN));
            assert!(gate.pass());
            let feeding = {
                let gate = Arc::clone(&gate);
                thread::spawn(move || gate.pass())
            };
            assert_eq!(gate.more(1), Ok(()));
            assert!(join(feeding));
        });
    }
}
