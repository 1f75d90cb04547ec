//! Logic of the lesson `calls`: who may answer a call, and how a thread waits for the answer.

mod shared_call;

pub use shared_call::SharedCall;

use crate::bounded::bounded;

bounded! {
    /// How long a call may wait for its answer, in milliseconds.
    Timeout(u64): "timeout" in 1..=60_000
}

/// A question to one process, which may answer it once and in time.
///
/// `P` names a process, and `T` is an answer.
#[derive(Debug)]
pub struct Call<P, T> {
    callee: P,
    state: State<T>,
}

#[derive(Debug)]
enum State<T> {
    Pending,
    Answered(T),
    Taken,
    Failed(Failure),
}

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The timeout passed first.
    #[error("nobody answered in time")]
    Timeout,
    /// A process that the call needs has died.
    #[error("a process that the call needs has died")]
    Down,
    /// The callee has dropped the call.
    #[error("the callee has dropped the call")]
    Dropped,
}

/// Why an answer was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The process that answers is not the one that was asked.
    #[error("another process was asked")]
    Stranger,
    /// The call has ended without an answer.
    #[error("the call has ended without an answer")]
    TooLate,
    /// The call has its answer.
    #[error("the call has its answer")]
    AlreadyAnswered,
}

impl<P: PartialEq, T> Call<P, T> {
    /// Starts a call that waits for `callee`.
    pub fn new(callee: P) -> Self {
        let state = State::Pending;
        Call { callee, state }
    }

    /// Accepts the answer if `from` is the callee and the call is pending.
    ///
    /// # Errors
    /// A stranger is rejected in every state, and the callee in every state but pending. The answer
    /// comes back with the reason, so that it is not dropped in here, where a lock may be held.
    pub fn answer(&mut self, from: &P, answer: T) -> Result<(), (Rejection, T)> {
        if *from != self.callee {
            return Err((Rejection::Stranger, answer));
        }
        match self.state {
            State::Pending => {
                self.state = State::Answered(answer);
                Ok(())
            }
            State::Answered(_) | State::Taken => Err((Rejection::AlreadyAnswered, answer)),
            State::Failed(_) => Err((Rejection::TooLate, answer)),
        }
    }

    /// Ends the call with a failure if it is pending, and returns whether it was.
    pub fn fail(&mut self, failure: Failure) -> bool {
        let is_pending = matches!(self.state, State::Pending);
        if is_pending {
            self.state = State::Failed(failure);
        }
        is_pending
    }

    /// Takes the answer, or returns why there is none; `None` while the call is pending, and once
    /// the answer was taken.
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
    use parking_lot::Mutex;

    #[test]
    fn a_timeout_out_of_range_is_named() {
        for wrong in [i64::MIN, -1, 0, 60_001] {
            let timeout = Timeout::try_from(wrong).map_err(|error| error.to_string());
            assert_eq!(timeout, Err("timeout must be from 1 to 60000".into()));
        }
    }

    const CALLEE: u8 = 1;
    const STRANGER: u8 = 2;

    #[test]
    fn the_callee_answers_once() {
        let mut call = Call::new(CALLEE);
        assert_eq!(call.outcome(), None);
        assert_eq!(call.answer(&CALLEE, "yes"), Ok(()));
        assert_eq!(
            call.answer(&CALLEE, "no"),
            Err((Rejection::AlreadyAnswered, "no"))
        );
        assert_eq!(call.outcome(), Some(Ok("yes")));
        assert_eq!(
            call.answer(&CALLEE, "no"),
            Err((Rejection::AlreadyAnswered, "no"))
        );
        assert_eq!(call.outcome(), None);
    }

    #[test]
    fn a_stranger_is_rejected_in_every_state() {
        let mut call = Call::new(CALLEE);
        assert_eq!(
            call.answer(&STRANGER, "mine"),
            Err((Rejection::Stranger, "mine"))
        );
        assert_eq!(call.outcome(), None);
        assert_eq!(call.answer(&CALLEE, "yes"), Ok(()));
        assert_eq!(
            call.answer(&STRANGER, "mine"),
            Err((Rejection::Stranger, "mine"))
        );
        assert_eq!(call.outcome(), Some(Ok("yes")));

        let mut failed: Call<_, &str> = Call::new(CALLEE);
        failed.fail(Failure::Timeout);
        assert_eq!(
            failed.answer(&STRANGER, "mine"),
            Err((Rejection::Stranger, "mine"))
        );
    }

    #[test]
    fn a_rejected_answer_is_not_dropped_under_the_lock() {
        struct TakesLock<'a>(&'a Mutex<()>);
        impl Drop for TakesLock<'_> {
            fn drop(&mut self) {
                assert!(self.0.try_lock().is_some());
            }
        }

        let (lock, mut call) = (Mutex::new(()), Call::new(CALLEE));
        let guard = lock.lock();
        let rejected = call.answer(&STRANGER, TakesLock(&lock));
        drop(guard);
        assert!(rejected.is_err());
    }

    #[test]
    fn what_ended_without_an_answer_stays_so() {
        for failure in [Failure::Timeout, Failure::Down, Failure::Dropped] {
            let mut call = Call::new(CALLEE);
            assert!(call.fail(failure));
            assert_eq!(
                call.answer(&CALLEE, "late"),
                Err((Rejection::TooLate, "late"))
            );
            assert!(!call.fail(Failure::Down));
            assert_eq!(call.outcome(), Some(Err(failure)));
            assert_eq!(call.outcome(), Some(Err(failure)));
        }
    }

    #[test]
    fn an_answer_outlives_the_failure_that_comes_after_it() {
        let mut call = Call::new(CALLEE);
        assert_eq!(call.answer(&CALLEE, "just in time"), Ok(()));
        assert!(!call.fail(Failure::Timeout));
        assert!(!call.fail(Failure::Down));
        assert_eq!(call.outcome(), Some(Ok("just in time")));
    }
}
