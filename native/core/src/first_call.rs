//! Logic of the lesson `first_call`.

use crate::bounded::Milliseconds;
use std::time::Duration;

/// Returns the mean of `count` values that add up to `total`, rounded towards zero; `None` if
/// `count` is 0 or the mean does not fit into 64 bits.
pub fn mean(total: i64, count: i64) -> Option<i64> {
    total.checked_div(count)
}

/// Adds up `numbers`; `None` if the sum does not fit into 64 bits.
pub fn sum(numbers: impl IntoIterator<Item = i64>) -> Option<i64> {
    numbers.into_iter().try_fold(0, i64::checked_add)
}

/// Sleeps, as a call that waits for a disk or a socket would.
pub fn block(time: Milliseconds) {
    std::thread::sleep(Duration::from_millis(time.get()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn mean_rounds_towards_zero() {
        assert_eq!(mean(7, 2), Some(3));
        assert_eq!(mean(-7, 2), Some(-3));
    }

    #[test]
    fn mean_of_nothing_is_none() {
        assert_eq!(mean(7, 0), None);
        assert_eq!(mean(i64::MIN, -1), None);
    }

    #[test]
    fn sum_does_not_wrap() {
        assert_eq!(sum([1, 2, 3]), Some(6));
        assert_eq!(sum([]), Some(0));
        assert_eq!(sum([i64::MAX, 1]), None);
    }

    #[test]
    fn block_takes_at_least_as_long_as_asked() -> Result<(), crate::Error> {
        let start = Instant::now();
        block(Milliseconds::try_from(5)?);
        assert!(start.elapsed() >= Duration::from_millis(5));
        Ok(())
    }
}
