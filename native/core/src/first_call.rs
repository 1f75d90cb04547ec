//! Logic of the lesson `first_call`.

use crate::error::{Error, within};
use std::time::Duration;

/// The longest time, in milliseconds, for which the lesson may hold a scheduler.
pub const LONGEST_BLOCK: i64 = 1_000;

/// The mean of `count` values that add up to `total`, rounded towards zero.
/// `None` where there is none: `count` is 0, or the quotient does not fit.
pub fn mean(total: i64, count: i64) -> Option<i64> {
    total.checked_div(count)
}

/// The sum of `numbers`, or `None` where it does not fit into 64 bits.
pub fn sum(numbers: impl IntoIterator<Item = i64>) -> Option<i64> {
    numbers.into_iter().try_fold(0, i64::checked_add)
}

/// Sleeps for `milliseconds`, as a call that waits for a disk or a socket would.
///
/// # Errors
/// `milliseconds` must be from 0 to [`LONGEST_BLOCK`].
pub fn block(milliseconds: i64) -> Result<(), Error> {
    let milliseconds = within("milliseconds", milliseconds, 0, LONGEST_BLOCK)?;
    std::thread::sleep(Duration::from_millis(milliseconds.unsigned_abs()));
    Ok(())
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
    fn block_takes_at_least_as_long_as_asked() {
        let start = Instant::now();
        assert_eq!(block(5), Ok(()));
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn block_refuses_what_would_hurt() {
        assert!(block(-1).is_err());
        assert!(block(LONGEST_BLOCK + 1).is_err());
    }
}
