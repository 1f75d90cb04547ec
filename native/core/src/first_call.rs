//! Logic of the lesson `first_call`.

use crate::Error;
use crate::bounded::Milliseconds;
use std::time::Duration;

/// Returns the mean of `count` values that add up to `total`, rounded towards zero; `None` if
/// `count` is 0 or the mean does not fit into 64 bits.
pub fn mean(total: i64, count: i64) -> Option<i64> {
    total.checked_div(count)
}

/// The greatest number of values that are added up in one call, which then takes some microseconds.
pub const MAX_NUMBERS: usize = 1_000;

/// Adds up `numbers`; `None` if the sum does not fit into 64 bits.
///
/// # Errors
/// There may be at most [`MAX_NUMBERS`]. Otherwise the first error among the numbers: a term, for
/// example, that isn't an integer.
pub fn sum<E: From<Error>>(
    numbers: impl Iterator<Item = Result<i64, E>>,
) -> Result<Option<i64>, E> {
    let mut sum = Some(0_i64);
    for (index, number) in numbers.enumerate() {
        if index == MAX_NUMBERS {
            let (field, max) = ("numbers", MAX_NUMBERS);
            return Err(Error::TooLong { field, max }.into());
        }
        let number = number?;
        sum = sum.and_then(|sum| sum.checked_add(number));
    }
    Ok(sum)
}

/// Returns the 64-bit FNV-1a hash of a text: small code that does a few operations for each byte.
pub fn fingerprint(text: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_01b3);
    }
    hash
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

    fn sum_of<const N: usize>(numbers: [i64; N]) -> Result<Option<i64>, Error> {
        sum(numbers.into_iter().map(Ok))
    }

    #[test]
    fn sum_does_not_wrap() {
        assert_eq!(sum_of([1, 2, 3]), Ok(Some(6)));
        assert_eq!(sum_of([]), Ok(Some(0)));
        assert_eq!(sum_of([i64::MAX, 1]), Ok(None));
        assert_eq!(sum_of([i64::MAX, 1, -1]), Ok(None));
    }

    #[test]
    fn sum_passes_an_error_on() {
        let error = Error::Overflow { field: "n" };
        let numbers = [Ok(i64::MAX), Ok(1), Err(error)];
        assert_eq!(sum(numbers.into_iter()), Err(error));
    }

    #[test]
    fn sum_takes_a_bounded_number_of_values() {
        assert_eq!(sum_of([1; MAX_NUMBERS]), Ok(Some(1_000)));
        let message = sum_of([1; MAX_NUMBERS + 1]).map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err("numbers must have at most 1000 elements".into())
        );
        let endless = std::iter::repeat(Ok::<_, Error>(1));
        assert!(sum(endless).is_err());
    }

    #[test]
    fn fingerprint_has_the_published_values() {
        assert_eq!(fingerprint(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fingerprint("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn block_takes_at_least_as_long_as_asked() -> Result<(), crate::Error> {
        let start = Instant::now();
        block(Milliseconds::try_from(5)?);
        assert!(start.elapsed() >= Duration::from_millis(5));
        Ok(())
    }
}
