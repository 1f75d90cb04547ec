//! Logic of the lesson `long_work`: counting primes at once, in slices and until cancelled, and a latch
//! that blocks.

use crate::bounded::bounded;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

bounded! {
    /// Counting the primes below it takes some 50 ms at most.
    Limit(u32): "limit" in 0..=500_000
}

bounded! {
    /// Counting the primes below it takes about a second at most.
    DirtyLimit(u32): "limit" in 0..=2_000_000
}

bounded! {
    /// Counting the primes below it takes some ten seconds at most.
    JobLimit(u32): "limit" in 0..=10_000_000
}

/// Returns whether `number` has no divisors but 1 and itself, which it finds out by trying them.
pub fn is_prime(number: u32) -> bool {
    number >= 2
        && (2..)
            .take_while(|divisor| *divisor <= number / divisor)
            .all(|divisor| !number.is_multiple_of(divisor))
}

/// Returns how many primes there are below `limit`.
pub fn count_primes(limit: u32) -> usize {
    (2..limit).filter(|number| is_prime(*number)).count()
}

/// Returns how many primes there are below `limit`, or `None` once `cancelled` is set.
pub fn count_unless_cancelled(limit: u32, cancelled: &AtomicBool) -> Option<usize> {
    let mut found = 0;
    for number in 2..limit {
        if cancelled.load(Ordering::Relaxed) {
            return None;
        }
        if is_prime(number) {
            found += 1;
        }
    }
    Some(found)
}

/// How long one slice of a [`PrimeCount`] takes: half of the millisecond that a NIF may take.
const SLICE: Duration = Duration::from_micros(500);

/// A count of primes that is made in slices.
#[derive(Debug)]
pub struct PrimeCount {
    limit: u32,
    next: u32,
    found: u32,
}

impl PrimeCount {
    /// Begins to count the primes below `limit`.
    pub fn new(limit: JobLimit) -> Self {
        PrimeCount {
            limit: limit.get(),
            next: 2,
            found: 0,
        }
    }

    /// Counts for one slice, and returns how many primes there are if that was the last one.
    pub fn advance(&mut self) -> Option<u32> {
        let start = Instant::now();
        while self.next < self.limit {
            if start.elapsed() >= SLICE {
                return None;
            }
            if is_prime(self.next) {
                self.found += 1;
            }
            self.next += 1;
        }
        Some(self.found)
    }

    /// Returns the next number that isn't tested yet.
    pub fn next(&self) -> u32 {
        self.next
    }
}

/// Blocks threads until it is opened.
#[derive(Debug, Default)]
pub struct Latch {
    open: Mutex<bool>,
    changed: Condvar,
}

impl Latch {
    /// Lets all threads pass, from now on.
    pub fn open(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    /// Blocks until the latch is open, for at most `limit`, and returns whether it is.
    pub fn wait(&self, limit: Duration) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, |open| !*open);
        let (open, _timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        *open
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        // A `bool` can't be half written, so a panic elsewhere does no harm to it.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_counted_below_the_limit() {
        let counts = [0, 2, 3, 4, 10, 11, 100, 1_000].map(count_primes);
        assert_eq!(counts, [0, 0, 1, 2, 4, 4, 25, 168]);
    }

    #[test]
    fn the_largest_number_is_tested_without_overflow() {
        assert!(!is_prime(u32::MAX));
        assert!(is_prime(4_294_967_291));
        assert!(!is_prime(65_521 * 65_521));
    }

    #[test]
    fn slices_add_up_to_the_whole() -> Result<(), crate::Error> {
        let mut count = PrimeCount::new(JobLimit::try_from(100_000)?);
        let mut slices = 1;
        let found = loop {
            let before = count.next();
            if let Some(found) = count.advance() {
                break found;
            }
            assert!(count.next() > before, "each slice makes progress");
            slices += 1;
        };
        assert_eq!(found, 9_592);
        assert!(slices > 1);
        assert_eq!(count.advance(), Some(9_592));
        Ok(())
    }

    #[test]
    fn a_cancelled_count_ends() {
        let cancelled = AtomicBool::new(false);
        assert_eq!(count_unless_cancelled(1_000, &cancelled), Some(168));
        cancelled.store(true, Ordering::Relaxed);
        assert_eq!(count_unless_cancelled(u32::MAX, &cancelled), None);
    }

    #[test]
    fn a_latch_blocks_until_it_is_opened() {
        let latch = Latch::default();
        assert!(!latch.wait(Duration::from_millis(1)));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| latch.wait(Duration::from_secs(60)));
            latch.open();
            assert!(waiting.join().is_ok_and(|open| open));
        });
        assert!(latch.wait(Duration::ZERO));
    }
}
