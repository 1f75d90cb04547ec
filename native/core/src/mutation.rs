//! Logic of the lesson `mutation`: a count that is kept in five ways, and an account of two halves.

use crate::Error;
use crate::bounded::{self, bounded};
use std::ops::{Deref, DerefMut};
use std::panic::RefUnwindSafe;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LockResult, PoisonError};
use std::time::{Duration, Instant};

/// The ways to keep a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "rustler", derive(rustler::NifUnitEnum))]
pub enum Kind {
    /// Behind std's `Mutex`.
    StdMutex,
    /// Behind std's `RwLock`.
    StdRwLock,
    /// Behind parking_lot's `Mutex`.
    Mutex,
    /// Behind parking_lot's `RwLock`.
    RwLock,
    /// Without a lock.
    Atomic,
}

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
    /// Without a lock: the processor adds in one step.
    Atomic(AtomicI64),
}

// The count is one number and is written in one step: a panic leaves the old one or the new one.
impl RefUnwindSafe for Counter {}

impl Counter {
    /// Starts a count at 0.
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::StdMutex => Self::StdMutex(Default::default()),
            Kind::StdRwLock => Self::StdRwLock(Default::default()),
            Kind::Mutex => Self::Mutex(Default::default()),
            Kind::RwLock => Self::RwLock(Default::default()),
            Kind::Atomic => Self::Atomic(Default::default()),
        }
    }

    /// Adds, and returns the new count.
    pub fn add(&self, by: i64) -> i64 {
        match self {
            Self::StdMutex(count) => increment(ignore_poison(count.lock()), by),
            Self::StdRwLock(count) => increment(ignore_poison(count.write()), by),
            Self::Mutex(count) => increment(count.lock(), by),
            Self::RwLock(count) => increment(count.write(), by),
            Self::Atomic(count) => count.fetch_add(by, Ordering::Relaxed).wrapping_add(by),
        }
    }

    /// Returns the count as it is now.
    pub fn get(&self) -> i64 {
        match self {
            Self::StdMutex(count) => *ignore_poison(count.lock()),
            Self::StdRwLock(count) => *ignore_poison(count.read()),
            Self::Mutex(count) => *count.lock(),
            Self::RwLock(count) => *count.read(),
            Self::Atomic(count) => count.load(Ordering::Relaxed),
        }
    }

    /// Replaces the count.
    pub fn put(&self, value: i64) {
        match self {
            Self::StdMutex(count) => *ignore_poison(count.lock()) = value,
            Self::StdRwLock(count) => *ignore_poison(count.write()) = value,
            Self::Mutex(count) => *count.lock() = value,
            Self::RwLock(count) => *count.write() = value,
            Self::Atomic(count) => count.store(value, Ordering::Relaxed),
        }
    }

    /// Returns which access this thread could have a second time while it reads the count.
    ///
    /// It only tries: a call that waits for a lock which its own thread holds would wait for ever.
    pub fn reentrancy(&self) -> Reentrancy {
        match self {
            Self::StdMutex(count) => {
                let _guard = ignore_poison(count.lock());
                Reentrancy::both(count.try_lock().is_ok())
            }
            Self::StdRwLock(count) => {
                let _guard = ignore_poison(count.read());
                Reentrancy {
                    read: count.try_read().is_ok(),
                    write: count.try_write().is_ok(),
                }
            }
            Self::Mutex(count) => {
                let _guard = count.lock();
                Reentrancy::both(count.try_lock().is_some())
            }
            Self::RwLock(count) => {
                let _guard = count.read();
                Reentrancy {
                    read: count.try_read().is_some(),
                    write: count.try_write().is_some(),
                }
            }
            Self::Atomic(_) => Reentrancy::both(true),
        }
    }

    /// Waits until the count is not 0, and returns whether that came before the limit. It looks
    /// once a millisecond.
    pub fn wait_until_nonzero(&self, limit: Duration) -> bool {
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

/// Takes the guard of a poisoned lock too. Poison warns that a thread panicked while it wrote; a
/// single number is never half written.
fn ignore_poison<Guard: Deref<Target = i64>>(locked: LockResult<Guard>) -> Guard {
    locked.unwrap_or_else(PoisonError::into_inner)
}

fn increment(mut count: impl DerefMut<Target = i64>, by: i64) -> i64 {
    *count = count.wrapping_add(by);
    *count
}

/// Which access a thread could have while it reads already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "rustler", derive(rustler::NifMap))]
pub struct Reentrancy {
    /// To read.
    pub read: bool,
    /// To write.
    pub write: bool,
}

impl Reentrancy {
    fn both(free: bool) -> Self {
        Reentrancy {
            read: free,
            write: free,
        }
    }
}

bounded! {
    /// The total of an account.
    Total(u64): "total" in 0..=1_000_000_000
}

/// An account of two halves, which must always add up to the same total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "rustler", derive(rustler::NifMap))]
pub struct Balances {
    /// What can be spent.
    pub current: u64,
    /// What was put aside.
    pub savings: u64,
}

impl Balances {
    /// Opens an account with nothing put aside yet.
    pub fn new(total: Total) -> Self {
        Balances {
            current: total.get(),
            savings: 0,
        }
    }

    /// Puts an amount aside, in two writes; `halfway` runs between them.
    ///
    /// # Errors
    /// `amount` must be from 0 to what is there.
    pub fn save(&mut self, amount: i64, halfway: impl FnOnce()) -> Result<(), Error> {
        let amount: u64 = bounded::parse("amount", amount, 0..=self.current)?;
        self.current -= amount;
        halfway();
        self.savings += amount;
        Ok(())
    }

    /// Returns the balances as they will be once the amount is put aside.
    ///
    /// # Errors
    /// `amount` must be from 0 to what is there.
    pub fn after_saving(mut self, amount: i64) -> Result<Self, Error> {
        self.save(amount, || ())?;
        Ok(self)
    }

    /// Makes the halves add up again: what is missing had left `current`, so it belongs to `savings`.
    pub fn repair(&mut self, total: Total) {
        self.savings = total.get() - self.current;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn account(total: i64) -> Result<Balances, Error> {
        Ok(Balances::new(Total::try_from(total)?))
    }

    fn all() -> [Counter; 5] {
        [
            Kind::StdMutex,
            Kind::StdRwLock,
            Kind::Mutex,
            Kind::RwLock,
            Kind::Atomic,
        ]
        .map(Counter::new)
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
            let Reentrancy { read, write } = counter.reentrancy();
            (read, write)
        });
        let (alone, readers, none) = ((false, false), (true, false), (true, true));
        assert_eq!(shares, [alone, readers, alone, readers, none]);
    }

    #[test]
    fn a_wait_ends_with_the_signal_or_the_limit() {
        for counter in all() {
            assert!(!counter.wait_until_nonzero(Duration::ZERO));
            counter.add(1);
            assert!(counter.wait_until_nonzero(Duration::MAX));
        }
    }

    #[test]
    fn a_poisoned_count_is_still_a_count() {
        let lock = std::sync::Mutex::new(3);
        let panicked = catch_unwind(|| {
            let _guard = lock.lock();
            panic!("with the lock held");
        });
        assert!(panicked.is_err() && lock.is_poisoned());
        assert_eq!(Counter::StdMutex(lock).add(4), 7);
    }

    #[test]
    fn the_halves_add_up() -> Result<(), Error> {
        let mut balances = account(100)?;
        balances.save(30, || ())?;
        let (current, savings) = (70, 30);
        assert_eq!(balances, Balances { current, savings });
        assert_eq!(account(100)?.after_saving(30)?, balances);
        Ok(())
    }

    #[test]
    fn what_is_not_there_cannot_be_saved() -> Result<(), Error> {
        assert!(Total::try_from(-1).is_err());
        assert!(Total::try_from(1_000_000_001).is_err());
        assert!(account(100)?.after_saving(-1).is_err());
        assert!(account(100)?.after_saving(101).is_err());
        Ok(())
    }

    #[test]
    fn a_panic_halfway_leaves_a_half_that_can_be_repaired() -> Result<(), Error> {
        let mut balances = account(100)?;
        let saving = AssertUnwindSafe(|| balances.save(30, || panic!("halfway")));
        assert!(catch_unwind(saving).is_err());
        let (current, savings) = (70, 0);
        assert_eq!(balances, Balances { current, savings });

        balances.repair(Total::try_from(100)?);
        assert_eq!(balances, account(100)?.after_saving(30)?);
        Ok(())
    }
}
