//! A call on which several threads work: one waits, and others answer it or let it fail.

use super::{Call, Failure, Rejection};
use crate::sync::{Condvar, Lock};
use std::time::Instant;

/// A [`Call`] behind a lock.
#[derive(Debug)]
pub struct SharedCall<P, T> {
    state: Lock<Call<P, T>>,
    changed: Condvar,
}

impl<P: PartialEq, T> SharedCall<P, T> {
    /// Starts a call that waits for `callee`.
    pub fn new(callee: P) -> Self {
        SharedCall {
            state: Lock::new(Call::new(callee)),
            changed: Condvar::new(),
        }
    }

    /// Accepts the answer, and wakes the thread that waits for it.
    ///
    /// # Errors
    /// As [`Call::answer`].
    pub fn answer(&self, from: &P, answer: T) -> Result<(), Rejection> {
        let accepted = self.state.lock().answer(from, answer);
        // The lock is free again here, where a rejected answer is dropped: it may be large.
        accepted.map_err(|(rejection, _answer)| rejection)?;
        self.changed.notify_one();
        Ok(())
    }

    /// Ends the call with a failure if it is pending, and returns whether it was.
    pub fn fail(&self, failure: Failure) -> bool {
        let has_failed = self.state.lock().fail(failure);
        if has_failed {
            self.changed.notify_one();
        }
        has_failed
    }

    /// Takes the outcome, for whoever doesn't wait for it. See [`Call::outcome`].
    pub fn outcome(&self) -> Option<Result<T, Failure>> {
        self.state.lock().outcome()
    }

    /// Waits until there is an answer or none can come. Only one thread may wait, and it blocks, so
    /// call it on dirty schedulers only.
    ///
    /// # Errors
    /// Why there is no answer: [`Failure::Timeout`] if the deadline came first.
    pub fn wait(&self, deadline: Instant) -> Result<T, Failure> {
        let mut call = self.state.lock();
        loop {
            if let Some(outcome) = call.outcome() {
                return outcome;
            }
            let (guard, timed_out) = self.changed.wait_until(call, deadline);
            call = guard;
            if timed_out {
                call.fail(Failure::Timeout);
            }
        }
    }
}

#[cfg(all(test, not(roundtrip_loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_wait_ends_with_the_answer_or_the_deadline() {
        let call = Arc::new(SharedCall::new(1));
        let answering = {
            let call = Arc::clone(&call);
            thread::spawn(move || call.answer(&1, "yes"))
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        assert_eq!(call.wait(deadline), Ok("yes"));
        assert_eq!(answering.join().ok(), Some(Ok(())));

        let late = SharedCall::<_, ()>::new(1);
        assert_eq!(late.wait(Instant::now()), Err(Failure::Timeout));
        assert_eq!(late.answer(&1, ()), Err(Rejection::TooLate));
    }

    #[test]
    fn a_rejected_answer_is_dropped_once_the_lock_is_free() {
        struct TakesLock(Arc<SharedCall<u8, TakesLock>>);
        impl Drop for TakesLock {
            fn drop(&mut self) {
                assert!(self.0.state.try_lock().is_some());
            }
        }

        let call = Arc::new(SharedCall::new(1));
        let rejected = call.answer(&2, TakesLock(Arc::clone(&call)));
        assert_eq!(rejected, Err(Rejection::Stranger));
    }
}

#[cfg(all(test, roundtrip_loom))]
mod interleavings {
    use super::*;
    use crate::sync::{Arc, Timer, explore, join, thread};

    const CALLEE: u8 = 1;

    fn shared() -> Arc<SharedCall<u8, &'static str>> {
        Arc::new(SharedCall::new(CALLEE))
    }

    #[test]
    fn answer_against_timeout() {
        explore("call: answer, timeout", || {
            let call = shared();
            let answering = {
                let call = Arc::clone(&call);
                thread::spawn(move || call.answer(&CALLEE, "yes"))
            };
            let timer = {
                let call = Arc::clone(&call);
                thread::spawn(move || (&call.state, &call.changed).elapse())
            };
            let outcome = call.wait(Instant::now());
            match join(answering) {
                Ok(()) => assert_eq!(outcome, Ok("yes")),
                Err(rejection) => {
                    assert_eq!(rejection, Rejection::TooLate);
                    assert_eq!(outcome, Err(Failure::Timeout));
                }
            }
            join(timer);
            assert!(matches!(call.outcome(), None | Some(Err(Failure::Timeout))));
        });
    }

    // Without a timer: whoever isn't woken waits for ever, which loom reports as a deadlock.
    #[test]
    fn answer_against_down() {
        explore("call: answer, down, answer by a stranger", || {
            let call = shared();
            let answering = {
                let call = Arc::clone(&call);
                thread::spawn(move || {
                    assert_eq!(call.answer(&2, "mine"), Err(Rejection::Stranger));
                    call.answer(&CALLEE, "yes")
                })
            };
            let dying = {
                let call = Arc::clone(&call);
                thread::spawn(move || call.fail(Failure::Down))
            };
            let outcome = call.wait(Instant::now());
            let answered = join(answering);
            let has_failed = join(dying);
            assert_eq!(answered.is_ok(), !has_failed);
            assert_eq!(outcome, answered.map(|()| "yes").map_err(|_| Failure::Down));
        });
    }

    // `ask_later` has nobody who waits: whoever ends the call sends the outcome.
    #[test]
    fn the_outcome_is_sent_once() {
        explore("call: answer, down, of which one sends", || {
            let call = shared();
            let dying = {
                let call = Arc::clone(&call);
                thread::spawn(move || call.fail(Failure::Down) && call.outcome().is_some())
            };
            let answered = call.answer(&CALLEE, "yes").is_ok() && call.outcome().is_some();
            assert_ne!(answered, join(dying));
        });
    }
}
