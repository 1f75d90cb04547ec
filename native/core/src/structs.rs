//! Logic of the lesson `structs`.

use crate::Error;
use crate::bounded;

/// A plain Rust type that knows nothing of Elixir, as one from a dependency would be.
#[derive(Debug, Default)]
pub struct Private {
    toggles: u64,
}

impl Private {
    /// Counts one toggle, and returns the count so far.
    pub fn toggle(&mut self) -> u64 {
        self.toggles = self.toggles.saturating_add(1);
        self.toggles
    }

    /// Returns how many toggles were counted.
    pub fn toggles(&self) -> u64 {
        self.toggles
    }
}

/// Converts `value` units of `from` nanoseconds each to units of `to` nanoseconds, rounded towards
/// zero.
///
/// # Errors
/// The result must fit into 64 bits.
pub fn convert(value: i64, from: i64, to: i64) -> Result<i64, Error> {
    let nanoseconds = i128::from(value) * i128::from(from);
    nanoseconds
        .checked_div(i128::from(to))
        .and_then(|converted| i64::try_from(converted).ok())
        .ok_or(Error::Overflow { field: "value" })
}

/// Returns the smallest range that covers both, each given as `(low, high)`.
pub fn cover(a: (i64, i64), b: (i64, i64)) -> (i64, i64) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// Converts the number to a byte.
///
/// # Errors
/// `number` must be from 0 to 255.
pub fn byte(number: i64) -> Result<u8, Error> {
    bounded::parse("number", number, 0..=255)
}

/// Adds two amounts.
///
/// # Errors
/// The sum must fit into 64 bits; otherwise the error names `field`.
pub fn add(field: &'static str, a: i64, b: i64) -> Result<i64, Error> {
    a.checked_add(b).ok_or(Error::Overflow { field })
}

/// Returns how far `value` lies above `limit`; `None` if it does not.
pub fn excess(value: i64, limit: i64) -> Option<i64> {
    value.checked_sub(limit).filter(|excess| *excess > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_counts_its_toggles() {
        let mut private = Private::default();
        assert_eq!(private.toggles(), 0);
        assert_eq!(private.toggle(), 1);
        assert_eq!(private.toggles(), 1);
    }

    #[test]
    fn convert_goes_both_ways_and_rounds_towards_zero() {
        assert_eq!(convert(3, 1_000_000, 1_000), Ok(3_000));
        assert_eq!(convert(2_999, 1_000, 1_000_000), Ok(2));
        assert_eq!(convert(-2_999, 1_000, 1_000_000), Ok(-2));
    }

    #[test]
    fn convert_refuses_what_does_not_fit() {
        assert!(convert(i64::MAX, 1_000_000, 1_000).is_err());
        assert_eq!(convert(i64::MAX, 1_000, 1_000), Ok(i64::MAX));
    }

    #[test]
    fn cover_takes_the_outer_ends() {
        assert_eq!(cover((1, 4), (3, 9)), (1, 9));
        assert_eq!(cover((1, 9), (3, 4)), (1, 9));
    }

    #[test]
    fn byte_does_not_wrap() {
        assert_eq!(byte(255), Ok(255));
        assert!(byte(256).is_err());
        assert!(byte(-1).is_err());
    }

    #[test]
    fn add_refuses_an_overflow() {
        assert_eq!(add("by", 1, 2), Ok(3));
        let refused = add("by", i64::MAX, 1).map_err(|e| e.to_string());
        assert!(refused.is_err_and(|message| message == "by would not fit into 64 bits"));
    }

    #[test]
    fn excess_is_positive_or_none() {
        assert_eq!(excess(7, 5), Some(2));
        assert_eq!(excess(5, 5), None);
        assert_eq!(excess(i64::MIN, 1), None);
    }
}
