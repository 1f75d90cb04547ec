//! Logic of the lesson `mutation`: a count that is kept in five ways, and an account of two halves.

use crate::error::{Error, within};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LockResult, PoisonError};
use std::time::{Duration, Instant};

/// A count that many threads may change. It wraps at 64 bits, as Erlang's `:counters` do.
pub enum Counter {
    /// Behind std's `Mutex`.
    StdMutex(std::sync::Mutex<i64>),
    /// Behind std's `RwLock`.
    StdRwLock(std::sync::RwLock<i64>),
    /// Behind parking_lot's `Mutex`.
    Mutex(parking_lot::Mutex<i64>),
    /// Behind parking_lot's `RwLock`.
    RwLock(parking_lot::RwLock<i64>),
    /// Behind no lock: the processor adds in one step.
    Atomic(AtomicI64),
}

impl Counter {
    /// Adds, and gives the new count.
    pub fn add(&self, by: i64) -> i64 {
        match self {
            Self::StdMutex(count) => raise(whole(count.lock()), by),
            Self::StdRwLock(count) => raise(whole(count.write()), by),
            Self::Mutex(count) => raise(count.lock(), by),
            Self::RwLock(count) => raise(count.write(), by),
            Self::Atomic(count) => count.fetch_add(by, Ordering::Relaxed).wrapping_add(by),
        }
    }

    /// The count as it is now.
    pub fn get(&self) -> i64 {
        match self {
            Self::StdMutex(count) => *whole(count.lock()),
            Self::StdRwLock(count) => *whole(count.read()),
            Self::Mutex(count) => *count.lock(),
            Self::RwLock(count) => *count.read(),
            Self::Atomic(count) => count.load(Ordering::Relaxed),
        }
    }

    /// Forgets the count for another.
    pub fn put(&self, value: i64) {
        match self {
            Self::StdMutex(count) => *whole(count.lock()) = value,
            Self::StdRwLock(count) => *whole(count.write()) = value,
            Self::Mutex(count) => *count.lock() = value,
            Self::RwLock(count) => *count.write() = value,
            Self::Atomic(count) => count.store(value, Ordering::Relaxed),
        }
    }

    /// What this thread could have a second time while it reads the count.
    ///
    /// It only tries. A call that waits for what it holds itself would wait for ever.
    pub fn retake(&self) -> Retake {
        match self {
            Self::StdMutex(count) => {
                let _held = whole(count.lock());
                Retake::all(count.try_lock().is_ok())
            }
            Self::StdRwLock(count) => {
                let _held = whole(count.read());
                Retake {
                    read: count.try_read().is_ok(),
                    write: count.try_write().is_ok(),
                }
            }
            Self::Mutex(count) => {
                let _held = count.lock();
                Retake::all(count.try_lock().is_some())
            }
            Self::RwLock(count) => {
                let _held = count.read();
                Retake {
                    read: count.try_read().is_some(),
                    write: count.try_write().is_some(),
                }
            }
            Self::Atomic(_) => Retake::all(true),
        }
    }

    /// Waits until the count is not 0, which it sees within a millisecond, and says whether that
    /// came before the limit.
    pub fn wait(&self, limit: Duration) -> bool {
        let start = Instant::now();
        while self.get() == 0 {
            if start.elapsed() >= limit {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }
}

/// A poisoned lock says that somebody panicked while writing. One number is never half written.
fn whole<Guard: Deref<Target = i64>>(locked: LockResult<Guard>) -> Guard {
    locked.unwrap_or_else(PoisonError::into_inner)
}

fn raise(mut count: impl DerefMut<Target = i64>, by: i64) -> i64 {
    *count = count.wrapping_add(by);
    *count
}

/// Which access a thread could have while it reads already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retake {
    /// To read.
    pub read: bool,
    /// To write.
    pub write: bool,
}

impl Retake {
    fn all(free: bool) -> Self {
        Retake {
            read: free,
            write: free,
        }
    }
}

/// The greatest total of an account.
pub const LARGEST_TOTAL: i64 = 1_000_000_000;

/// An account of two halves, which must always add up to the same total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balances {
    /// What can be spent.
    pub current: i64,
    /// What was put aside.
    pub savings: i64,
}

impl Balances {
    /// An account with nothing put aside yet.
    ///
    /// # Errors
    /// `total` must be from 0 to [`LARGEST_TOTAL`].
    pub fn new(total: i64) -> Result<Self, Error> {
        Ok(Balances {
            current: within("total", total, 0, LARGEST_TOTAL)?,
            savings: 0,
        })
    }

    /// Puts an amount aside, in two writes; `halfway` runs between them.
    ///
    /// # Errors
    /// `amount` must be from 0 to what is there.
    pub fn save(&mut self, amount: i64, halfway: impl FnOnce()) -> Result<(), Error> {
        let amount = within("amount", amount, 0, self.current)?;
        self.current -= amount;
        halfway();
        self.savings += amount;
        Ok(())
    }

    /// The balances as they will be once the amount is put aside.
    ///
    /// # Errors
    /// `amount` must be from 0 to what is there.
    pub fn saved(mut self, amount: i64) -> Result<Self, Error> {
        self.save(amount, || ())?;
        Ok(self)
    }

    /// Makes the halves add up again: what is missing had left `current`, so it belongs to `savings`.
    pub fn repair(&mut self, total: i64) {
        self.savings = total - self.current;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn all() -> [Counter; 5] {
        [
            Counter::StdMutex(Default::default()),
            Counter::StdRwLock(Default::default()),
            Counter::Mutex(Default::default()),
            Counter::RwLock(Default::default()),
            Counter::Atomic(Default::default()),
        ]
    }

    #[test]
    fn no_kind_loses_an_update() {
        for counter in all() {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..1_000).for_each(|_| _ = counter.add(1)));
                }
            });
            assert_eq!(counter.get(), 4_000);
        }
    }

    #[test]
    fn every_kind_wraps() {
        for counter in all() {
            counter.put(i64::MAX);
            assert_eq!(counter.add(1), i64::MIN);
        }
    }

    #[test]
    fn only_readers_share() {
        let shares = all().map(|counter| {
            let Retake { read, write } = counter.retake();
            (read, write)
        });
        let (alone, readers, none) = ((false, false), (true, false), (true, true));
        assert_eq!(shares, [alone, readers, alone, readers, none]);
    }

    #[test]
    fn a_wait_ends_with_the_signal_or_the_limit() {
        for counter in all() {
            assert!(!counter.wait(Duration::ZERO));
            counter.add(1);
            assert!(counter.wait(Duration::MAX));
        }
    }

    #[test]
    fn a_poisoned_count_is_still_a_count() {
        let lock = std::sync::Mutex::new(3);
        let panicked = catch_unwind(|| {
            let _held = lock.lock();
            panic!("with the lock held");
        });
        assert!(panicked.is_err() && lock.is_poisoned());
        assert_eq!(Counter::StdMutex(lock).add(4), 7);
    }

    #[test]
    fn the_halves_add_up() -> Result<(), Error> {
        let mut balances = Balances::new(100)?;
        balances.save(30, || ())?;
        let (current, savings) = (70, 30);
        assert_eq!(balances, Balances { current, savings });
        assert_eq!(Balances::new(100)?.saved(30)?, balances);
        Ok(())
    }

    #[test]
    fn what_is_not_there_cannot_be_saved() -> Result<(), Error> {
        assert!(Balances::new(-1).is_err());
        assert!(Balances::new(LARGEST_TOTAL + 1).is_err());
        assert!(Balances::new(100)?.saved(-1).is_err());
        assert!(Balances::new(100)?.saved(101).is_err());
        Ok(())
    }

    #[test]
    fn a_panic_halfway_leaves_a_half_that_can_be_repaired() -> Result<(), Error> {
        let mut balances = Balances::new(100)?;
        let saving = AssertUnwindSafe(|| balances.save(30, || panic!("halfway")));
        assert!(catch_unwind(saving).is_err());
        let (current, savings) = (70, 0);
        assert_eq!(balances, Balances { current, savings });

        balances.repair(100);
        assert_eq!(balances, Balances::new(100)?.saved(30)?);
        Ok(())
    }
}
