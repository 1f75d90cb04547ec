//! The one error type of the core.

use std::fmt;

/// Why the core refused an argument. Each variant names the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The argument was beyond what the function can represent or promises to accept.
    OutOfRange {
        /// Name of the argument, as its caller spells it.
        field: &'static str,
        /// Smallest value accepted.
        min: i64,
        /// Largest value accepted.
        max: i64,
    },
    /// The result for this argument needs more than 64 bits.
    Overflow {
        /// Name of the argument, as its caller spells it.
        field: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { field, min, max } => {
                write!(f, "{field} must be from {min} to {max}")
            }
            Self::Overflow { field } => write!(f, "{field} would not fit into 64 bits"),
        }
    }
}

impl std::error::Error for Error {}

/// Gives `value` back if it lies within `min..=max`, or an error that names `field`.
pub fn within(field: &'static str, value: i64, min: i64, max: i64) -> Result<i64, Error> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(Error::OutOfRange { field, min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_inside() {
        assert_eq!(within("n", 0, 0, 9), Ok(0));
        assert_eq!(within("n", 9, 0, 9), Ok(9));
    }

    #[test]
    fn a_refusal_names_the_field_and_the_bounds() {
        let messages = [-1, 10].map(|n| within("n", n, 0, 9).map_err(|e| e.to_string()));
        assert_eq!(
            messages,
            [
                Err("n must be from 0 to 9".into()),
                Err("n must be from 0 to 9".into())
            ]
        );
    }
}
