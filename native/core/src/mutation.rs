//! Logic of the lesson `mutation`: a count that is kept in two ways, an account of two halves, tills
//! that money moves between, and locks that wait for each other.

use crate::Error;
use crate::bounded::{self, bounded};
use parking_lot::{Mutex, RwLock};
use std::panic::RefUnwindSafe;
use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

/// The ways to keep a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "rustler", derive(rustler::NifUnitEnum))]
pub enum Kind {
    /// Behind a lock.
    Mutex,
    /// Without a lock.
    Atomic,
}

/// A count that many threads may change. It wraps at 64 bits, as Erlang's `:counters` do.
pub enum Counter {
    /// Behind a lock: one thread at a time.
    Mutex(Mutex<i64>),
    /// Without a lock: the processor adds in one step.
    Atomic(AtomicI64),
}

// The count is one number and is written in one step: a panic leaves the old one or the new one.
impl RefUnwindSafe for Counter {}

impl Counter {
    /// Starts a count at 0.
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Mutex => Self::Mutex(Mutex::new(0)),
            Kind::Atomic => Self::Atomic(AtomicI64::new(0)),
        }
    }

    /// Adds, and returns the new count.
    pub fn add(&self, by: i64) -> i64 {
        match self {
            Self::Mutex(count) => {
                let mut count = count.lock();
                *count = count.wrapping_add(by);
                *count
            }
            Self::Atomic(count) => count.fetch_add(by, Ordering::Relaxed).wrapping_add(by),
        }
    }

    /// Adds in two steps, so that what others add in between is lost. It shows a mistake.
    pub fn add_racy(&self, by: i64) -> i64 {
        let sum = self.get().wrapping_add(by);
        thread::yield_now();
        self.put(sum);
        sum
    }

    /// Returns the count as it is now.
    pub fn get(&self) -> i64 {
        match self {
            Self::Mutex(count) => *count.lock(),
            Self::Atomic(count) => count.load(Ordering::Relaxed),
        }
    }

    /// Replaces the count.
    pub fn put(&self, value: i64) {
        match self {
            Self::Mutex(count) => *count.lock() = value,
            Self::Atomic(count) => count.store(value, Ordering::Relaxed),
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
            thread::sleep(Duration::from_millis(1));
        }
        true
    }
}

/// How long the functions below try before they give up; otherwise they would wait for ever.
const PATIENCE: Duration = Duration::from_millis(100);

/// Locks for reading, and then once more. Returns whether the second read got the lock within
/// 100 ms, with or without a writer that waits since the first.
///
/// # Errors
/// The system can't start the writer's thread.
pub fn second_read(writer_waits: bool) -> io::Result<bool> {
    let prices = RwLock::new(0);
    let first = prices.read();
    thread::scope(|scope| {
        if writer_waits {
            let write = || *prices.write() += 1;
            thread::Builder::new().spawn_scoped(scope, write)?;
            // Once the writer waits, no reader gets in.
            while prices.try_read().is_some() {
                thread::yield_now();
            }
        }
        let second = prices.try_read_for(PATIENCE).is_some();
        drop(first);
        Ok(second)
    })
}

/// Lets two threads take the same two locks in opposite order. Returns which of them got its second
/// lock within 100 ms.
///
/// # Errors
/// The system can't start the second thread.
pub fn opposite_order() -> io::Result<(bool, bool)> {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    let each_has_one = Barrier::new(2);
    let take_both = |first: &Mutex<()>, second: &Mutex<()>| {
        let _first = first.lock();
        each_has_one.wait();
        second.try_lock_for(PATIENCE).is_some()
    };
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || take_both(&b, &a))?;
        let ours = take_both(&a, &b);
        let theirs = other.join().unwrap_or(false);
        Ok((ours, theirs))
    })
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// An amount of money that many threads may change.
pub struct Till {
    id: u64,
    cents: Mutex<u64>,
}

// Whatever can fail comes before the two assignments of a transfer.
impl RefUnwindSafe for Till {}

impl Till {
    /// Puts the first money into a new till.
    pub fn new(cents: Total) -> Self {
        Till {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            cents: Mutex::new(cents.get()),
        }
    }

    /// Returns the money in the till.
    pub fn cents(&self) -> u64 {
        *self.cents.lock()
    }

    /// Moves money to another till.
    ///
    /// # Errors
    /// `cents` must be from 0 to what is there.
    pub fn transfer(&self, other: &Till, cents: i64) -> Result<(), Error> {
        let (mut from, mut to);
        if self.id < other.id {
            from = self.cents.lock();
            to = other.cents.lock();
        } else if other.id < self.id {
            to = other.cents.lock();
            from = self.cents.lock();
        } else {
            bounded::parse::<u64>("cents", cents, 0..=self.cents())?;
            return Ok(());
        }
        let cents: u64 = bounded::parse("cents", cents, 0..=*from)?;
        *from -= cents;
        *to += cents;
        Ok(())
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

    fn all() -> [Counter; 2] {
        [Kind::Mutex, Kind::Atomic].map(Counter::new)
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
    fn a_racy_count_loses_updates() {
        for counter in all() {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..1_000).for_each(|_| _ = counter.add_racy(1)));
                }
            });
            assert!(counter.get() < 4_000);
        }
    }

    #[test]
    fn a_second_read_is_refused_behind_a_writer_only() -> io::Result<()> {
        assert!(second_read(false)?);
        assert!(!second_read(true)?);
        Ok(())
    }

    #[test]
    fn opposite_orders_block_each_other() -> io::Result<()> {
        let (ours, theirs) = opposite_order()?;
        assert!(!(ours && theirs));
        Ok(())
    }

    #[test]
    fn transfers_in_both_directions_lose_nothing() -> Result<(), Error> {
        let (a, b) = (Till::new(Total::try_from(1_000)?), Till::new(Total::MIN));
        a.transfer(&b, 500)?;
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..1_000).for_each(|_| _ = a.transfer(&b, 1)));
                scope.spawn(|| (0..1_000).for_each(|_| _ = b.transfer(&a, 1)));
            }
        });
        assert_eq!(a.cents() + b.cents(), 1_000);
        Ok(())
    }

    #[test]
    fn a_till_gives_only_what_it_has() -> Result<(), Error> {
        let (a, b) = (Till::new(Total::try_from(10)?), Till::new(Total::MIN));
        for (from, to) in [(&a, &b), (&a, &a)] {
            assert!(from.transfer(to, 11).is_err());
            assert!(from.transfer(to, -1).is_err());
        }
        a.transfer(&a, 10)?;
        assert_eq!((a.cents(), b.cents()), (10, 0));
        Ok(())
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
