//! Logic of the lesson `messages`: how many messages may be under way, and who may answer a call.

use crate::error::{Error, within};
use std::time::Duration;

/// The longest time, in milliseconds, for which the lesson waits or pauses between two reports.
pub const LONGEST_WAIT: i64 = 60_000;

/// The greatest number of messages that one call may set off.
pub const MOST_MESSAGES: i64 = 1_000_000;

/// A time in milliseconds.
///
/// # Errors
/// It must be from 1 to [`LONGEST_WAIT`]; otherwise the error names `field`.
pub fn wait(field: &'static str, milliseconds: i64) -> Result<Duration, Error> {
    let milliseconds = within(field, milliseconds, 1, LONGEST_WAIT)?;
    Ok(Duration::from_millis(milliseconds.unsigned_abs()))
}

/// A number of messages.
///
/// # Errors
/// It must be from 0 to [`MOST_MESSAGES`]; otherwise the error names `field`.
pub fn count(field: &'static str, messages: i64) -> Result<u64, Error> {
    within(field, messages, 0, MOST_MESSAGES).map(i64::unsigned_abs)
}

/// What a sender may still send: never more than `window` messages are under way.
#[derive(Debug)]
pub struct Demand {
    window: u64,
    in_flight: u64,
    most: u64,
}

impl Demand {
    /// Room for `window` messages, with none under way.
    ///
    /// # Errors
    /// `window` must be from 1 to [`MOST_MESSAGES`].
    pub fn new(window: i64) -> Result<Self, Error> {
        let window = within("window", window, 1, MOST_MESSAGES)?.unsigned_abs();
        Ok(Demand {
            window,
            in_flight: 0,
            most: 0,
        })
    }

    /// Counts one more message as under way, if there is room for it.
    pub fn take(&mut self) -> bool {
        let room = self.in_flight < self.window;
        if room {
            self.in_flight += 1;
            self.most = self.most.max(self.in_flight);
        }
        room
    }

    /// The receiver has handled `count` messages, and asks for as many more.
    ///
    /// # Errors
    /// `count` must be from 0 to what is under way: room that was never taken cannot be given back.
    pub fn more(&mut self, count: i64) -> Result<(), Error> {
        let in_flight = i64::try_from(self.in_flight).unwrap_or(i64::MAX);
        self.in_flight -= within("count", count, 0, in_flight)?.unsigned_abs();
        Ok(())
    }

    /// How many are under way.
    pub fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// The most that were ever under way at one time.
    pub fn most(&self) -> u64 {
        self.most
    }
}

/// A question that was asked, and may be answered once, in time, by the process that was asked.
///
/// `P` names a process, and `T` is an answer.
#[derive(Debug)]
pub struct Call<P, T> {
    callee: P,
    state: State<T>,
}

#[derive(Debug)]
enum State<T> {
    Waiting,
    Answered(T),
    Taken,
    Failed(Failure),
}

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered in time.
    Timeout,
    /// A process that the call needs has died.
    Down,
}

/// Why an answer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The process that answers is not the one that was asked.
    Stranger,
    /// The call has ended without an answer.
    TooLate,
    /// The call has its answer.
    AlreadyAnswered,
}

impl<P: PartialEq, T> Call<P, T> {
    /// A call that waits for `callee`.
    pub fn new(callee: P) -> Self {
        let state = State::Waiting;
        Call { callee, state }
    }

    /// Takes the answer of `from`.
    ///
    /// # Errors
    /// A stranger is refused whatever the state; the callee, unless the call still waits.
    pub fn answer(&mut self, from: &P, answer: T) -> Result<(), Refusal> {
        if *from != self.callee {
            return Err(Refusal::Stranger);
        }
        match self.state {
            State::Waiting => {
                self.state = State::Answered(answer);
                Ok(())
            }
            State::Answered(_) | State::Taken => Err(Refusal::AlreadyAnswered),
            State::Failed(_) => Err(Refusal::TooLate),
        }
    }

    /// Ends the call, unless it was answered or has ended before.
    pub fn fail(&mut self, failure: Failure) {
        if let State::Waiting = self.state {
            self.state = State::Failed(failure);
        }
    }

    /// What the call came to, or `None` while it waits. An answer can be taken once; after that
    /// nobody waits for it.
    pub fn outcome(&mut self) -> Option<Result<T, Failure>> {
        match std::mem::replace(&mut self.state, State::Taken) {
            State::Answered(answer) => Some(Ok(answer)),
            State::Failed(failure) => {
                self.state = State::Failed(failure);
                Some(Err(failure))
            }
            unchanged => {
                self.state = unchanged;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_bounded_and_its_refusal_names_the_field() {
        assert_eq!(wait("timeout", 5), Ok(Duration::from_millis(5)));
        assert!(wait("timeout", LONGEST_WAIT).is_ok());
        for wrong in [i64::MIN, -1, 0, LONGEST_WAIT + 1] {
            let refused = wait("timeout", wrong).map_err(|error| error.to_string());
            assert_eq!(refused, Err("timeout must be from 1 to 60000".into()));
        }
    }

    #[test]
    fn a_count_is_bounded() {
        assert_eq!(count("count", 0), Ok(0));
        assert_eq!(count("count", MOST_MESSAGES), Ok(1_000_000));
        assert!(count("count", -1).is_err());
        assert!(count("count", MOST_MESSAGES + 1).is_err());
    }

    #[test]
    fn demand_never_lets_more_than_the_window_under_way() -> Result<(), Error> {
        let mut demand = Demand::new(3)?;
        let taken = (0..10).filter(|_| demand.take()).count();
        assert_eq!(taken, 3);
        assert_eq!((demand.in_flight(), demand.most()), (3, 3));
        Ok(())
    }

    #[test]
    fn each_message_handled_makes_room_for_one() -> Result<(), Error> {
        let mut demand = Demand::new(2)?;
        assert!(demand.take() && demand.take() && !demand.take());
        demand.more(1)?;
        assert!(demand.take() && !demand.take());
        demand.more(2)?;
        assert_eq!((demand.in_flight(), demand.most()), (0, 2));
        Ok(())
    }

    #[test]
    fn room_that_was_not_taken_cannot_be_given_back() -> Result<(), Error> {
        let mut demand = Demand::new(2)?;
        demand.take();
        for wrong in [-1, 2, i64::MAX, i64::MIN] {
            let refused = demand.more(wrong).map_err(|error| error.to_string());
            assert_eq!(refused, Err("count must be from 0 to 1".into()));
        }
        assert_eq!(demand.in_flight(), 1);
        assert!(Demand::new(0).is_err());
        Ok(())
    }

    #[test]
    fn demand_and_supply_in_every_order_stay_within_the_window() -> Result<(), Error> {
        for window in 1..=3 {
            for steps in 0..1024_u32 {
                let mut demand = Demand::new(window)?;
                for step in 0..10 {
                    if steps >> step & 1 == 0 {
                        demand.take();
                    } else {
                        let _ = demand.more(1);
                    }
                    assert!(demand.in_flight() <= window.unsigned_abs());
                }
                assert!(demand.most() <= window.unsigned_abs());
            }
        }
        Ok(())
    }

    const CALLEE: u8 = 1;
    const STRANGER: u8 = 2;

    #[test]
    fn the_callee_answers_once() {
        let mut call = Call::new(CALLEE);
        assert_eq!(call.outcome(), None);
        assert_eq!(call.answer(&CALLEE, "yes"), Ok(()));
        assert_eq!(call.answer(&CALLEE, "no"), Err(Refusal::AlreadyAnswered));
        assert_eq!(call.outcome(), Some(Ok("yes")));
        assert_eq!(call.answer(&CALLEE, "no"), Err(Refusal::AlreadyAnswered));
        assert_eq!(call.outcome(), None);
    }

    #[test]
    fn a_stranger_is_refused_in_every_state() {
        let mut call = Call::new(CALLEE);
        assert_eq!(call.answer(&STRANGER, "mine"), Err(Refusal::Stranger));
        assert_eq!(call.outcome(), None);
        assert_eq!(call.answer(&CALLEE, "yes"), Ok(()));
        assert_eq!(call.answer(&STRANGER, "mine"), Err(Refusal::Stranger));
        assert_eq!(call.outcome(), Some(Ok("yes")));

        let mut failed: Call<_, &str> = Call::new(CALLEE);
        failed.fail(Failure::Timeout);
        assert_eq!(failed.answer(&STRANGER, "mine"), Err(Refusal::Stranger));
    }

    #[test]
    fn what_ended_without_an_answer_stays_so() {
        for failure in [Failure::Timeout, Failure::Down] {
            let mut call = Call::new(CALLEE);
            call.fail(failure);
            assert_eq!(call.answer(&CALLEE, "late"), Err(Refusal::TooLate));
            call.fail(Failure::Down);
            assert_eq!(call.outcome(), Some(Err(failure)));
            assert_eq!(call.outcome(), Some(Err(failure)));
        }
    }

    #[test]
    fn an_answer_outlives_the_failure_that_comes_after_it() {
        let mut call = Call::new(CALLEE);
        assert_eq!(call.answer(&CALLEE, "just in time"), Ok(()));
        call.fail(Failure::Timeout);
        call.fail(Failure::Down);
        assert_eq!(call.outcome(), Some(Ok("just in time")));
    }
}
