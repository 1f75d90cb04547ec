//! Logic of the lesson `messages`: how many messages may be in flight, and how the threads wait and
//! stop.

mod gate;
mod ticker;

pub use gate::{Gate, GateState};
pub use ticker::Ticker;

use crate::Error;
use crate::bounded::{self, bounded};

bounded! {
    /// The time between two reports, in milliseconds.
    Interval(u64): "interval" in 1..=60_000
}

bounded! {
    /// How many messages one call may send.
    MessageCount(u32): "the number of messages" in 0..=1_000_000
}

bounded! {
    /// How many terms one call may make in an environment that keeps them.
    TermCount(u32): "the number of terms" in 0..=100_000
}

/// How many words all messages of one call may take together: 128 MiB.
const MAX_WORDS: usize = 16_777_216;

impl MessageCount {
    /// Returns the count if as many messages of `words` words each may be sent.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] with the greatest count for messages of that size.
    pub fn of_size(self, words: usize) -> Result<Self, Error> {
        let max = (MAX_WORDS / words.max(1)) as u64;
        bounded::parse("the number of messages", self.0.into(), 0..=max).map(Self)
    }
}

bounded! {
    /// How many messages may be in flight at one time.
    Window(u32): "window" in 1..=1_000_000
}

/// Limits what a sender may still send: never more than a window of messages is in flight.
#[derive(Debug)]
pub struct Demand {
    window: u32,
    in_flight: u32,
    most: u32,
}

impl Demand {
    /// Makes room for a window of messages, with none in flight.
    pub fn new(window: Window) -> Self {
        Demand {
            window: window.get(),
            in_flight: 0,
            most: 0,
        }
    }

    /// Counts one more message as in flight if there is room for it, and returns whether there was.
    pub fn try_take(&mut self) -> bool {
        let room = self.in_flight < self.window;
        if room {
            self.in_flight += 1;
            self.most = self.most.max(self.in_flight);
        }
        room
    }

    /// Makes room for `count` more: the receiver has handled as many.
    ///
    /// # Errors
    /// `count` must be from 0 to what is in flight.
    pub fn more(&mut self, count: i64) -> Result<(), Error> {
        let in_flight = u64::from(self.in_flight);
        self.in_flight -= bounded::parse::<u32>("count", count, 0..=in_flight)?;
        Ok(())
    }

    /// Returns how many are in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Returns the most that were ever in flight at one time.
    pub fn most(&self) -> u32 {
        self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(window: i64) -> Result<Demand, Error> {
        Ok(Demand::new(Window::try_from(window)?))
    }

    #[test]
    fn numbers_are_bounded_and_their_errors_name_them() {
        let message = |error: Error| error.to_string();
        for wrong in [i64::MIN, -1, 0, 60_001] {
            let interval = Interval::try_from(wrong).map_err(message);
            assert_eq!(interval, Err("interval must be from 1 to 60000".into()));
        }
        for wrong in [-1, 1_000_001] {
            let count = MessageCount::try_from(wrong).map_err(message);
            let expected = "the number of messages must be from 0 to 1000000";
            assert_eq!(count, Err(expected.into()));
        }
        assert!(Window::try_from(0).is_err());
        assert!(Window::try_from(1_000_001).is_err());
    }

    #[test]
    fn the_count_of_large_messages_is_bounded_by_their_size() -> Result<(), Error> {
        let million = MessageCount::MAX;
        assert_eq!(million.of_size(0), Ok(million));
        assert_eq!(million.of_size(16), Ok(million));
        let message = million.of_size(17).map_err(|error| error.to_string());
        let expected = "the number of messages must be from 0 to 986895";
        assert_eq!(message, Err(expected.into()));
        assert!(MessageCount::try_from(512)?.of_size(32_768).is_ok());
        assert!(MessageCount::try_from(513)?.of_size(32_768).is_err());
        Ok(())
    }

    #[test]
    fn demand_never_lets_more_than_the_window_in_flight() -> Result<(), Error> {
        let mut demand = demand(3)?;
        let taken = (0..10).filter(|_| demand.try_take()).count();
        assert_eq!(taken, 3);
        assert_eq!((demand.in_flight(), demand.most()), (3, 3));
        Ok(())
    }

    #[test]
    fn each_message_handled_makes_room_for_one() -> Result<(), Error> {
        let mut demand = demand(2)?;
        assert!(demand.try_take() && demand.try_take() && !demand.try_take());
        demand.more(1)?;
        assert!(demand.try_take() && !demand.try_take());
        demand.more(2)?;
        assert_eq!((demand.in_flight(), demand.most()), (0, 2));
        Ok(())
    }

    #[test]
    fn room_that_was_not_taken_cannot_be_given_back() -> Result<(), Error> {
        let mut demand = demand(2)?;
        demand.try_take();
        for wrong in [-1, 2, i64::MAX, i64::MIN] {
            let message = demand.more(wrong).map_err(|error| error.to_string());
            assert_eq!(message, Err("count must be from 0 to 1".into()));
        }
        assert_eq!(demand.in_flight(), 1);
        Ok(())
    }

    #[test]
    fn demand_and_supply_in_every_order_stay_within_the_window() -> Result<(), Error> {
        for window in 1..=3 {
            let window = Window::try_from(window)?;
            for steps in 0..1024_u32 {
                let mut demand = Demand::new(window);
                for step in 0..10 {
                    if steps >> step & 1 == 0 {
                        demand.try_take();
                    } else {
                        let _ = demand.more(1);
                    }
                    assert!(demand.in_flight() <= window.get());
                }
                assert!(demand.most() <= window.get());
            }
        }
        Ok(())
    }
}
