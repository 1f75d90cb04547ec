//! Logic of the lesson `first_call`.

use crate::bounded::Milliseconds;
use std::time::Duration;

/// Returns the mean of `count` values that add up to `total`, rounded towards zero; `None` if
/// `count` is 0 or the mean does not fit into 64 bits.
pub fn mean(total: i64, count: i64) -> Option<i64> {
    total.checked_div(count)
}

/// Adds up `numbers`; `None` if the sum does not fit into 64 bits.
///
/// # Errors
/// The first error among the numbers: a term, for example, that isn't an integer.
pub fn sum<E>(mut numbers: impl Iterator<Item = Result<i64, E>>) -> Result<Option<i64>, E> {
    numbers.try_fold(Some(0_i64), |sum, number| {
        let number = number?;
        Ok(sum.and_then(|sum| sum.checked_add(number)))
    })
}

/// Sleeps, as a call that waits for a disk or a socket would.
pub fn block(time: Milliseconds) {
    std::thread::sleep(Duration::from_millis(time.get()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
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

    fn sum_of<const N: usize>(numbers: [i64; N]) -> Option<i64> {
        let Ok(sum) = sum::<Infallible>(numbers.into_iter().map(Ok));
        sum
    }

    #[test]
    fn sum_does_not_wrap() {
        assert_eq!(sum_of([1, 2, 3]), Some(6));
        assert_eq!(sum_of([]), Some(0));
        assert_eq!(sum_of([i64::MAX, 1]), None);
        assert_eq!(sum_of([i64::MAX, 1, -1]), None);
    }

    #[test]
    fn sum_passes_an_error_on() {
        let numbers = [Ok(i64::MAX), Ok(1), Err("no number")];
        assert_eq!(sum(numbers.into_iter()), Err("no number"));
    }

    #[test]
    fn block_takes_at_least_as_long_as_asked() -> Result<(), crate::Error> {
        let start = Instant::now();
        block(Milliseconds::try_from(5)?);
        assert!(start.elapsed() >= Duration::from_millis(5));
        Ok(())
    }
}
