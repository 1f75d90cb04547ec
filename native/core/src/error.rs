//! The one error type of the core.

use hdrhistogram::{CreationError, RecordError};

/// Why the core rejected an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The argument lies outside of what the function accepts.
    #[error("{field} must be from {min} to {max}")]
    OutOfRange {
        /// Name of the argument, as its caller spells it.
        field: &'static str,
        /// Smallest value accepted.
        min: u64,
        /// Largest value accepted.
        max: u64,
    },
    /// The result for this argument needs more than 64 bits.
    #[error("{field} would not fit into 64 bits")]
    Overflow {
        /// Name of the argument, as its caller spells it.
        field: &'static str,
    },
    /// The list is longer than the function accepts.
    #[error("{field} must have at most {max} elements")]
    TooLong {
        /// Name of the argument, as its caller spells it.
        field: &'static str,
        /// Greatest number of elements accepted.
        max: usize,
    },
    /// A copy of the term would take more memory than the function accepts.
    #[error("a copy of the term must take at most {max} words of memory")]
    TermTooLarge {
        /// Greatest number of words accepted.
        max: usize,
    },
    /// The histogram crate can't make such a histogram.
    #[error("cannot make the histogram: {0}")]
    Creation(#[from] CreationError),
    /// The histogram crate can't record the value.
    #[error("cannot record the value: {0}")]
    Record(#[from] RecordError),
}

/// Raises Elixir's `ArgumentError` with the message of any error.
#[cfg(feature = "rustler")]
pub fn argument_error(error: impl std::fmt::Display) -> rustler::Error {
    #[derive(rustler::NifException)]
    #[module = "ArgumentError"]
    #[rustler(encode)]
    struct ArgumentError {
        message: String,
    }

    let message = error.to_string();
    rustler::Error::RaiseTerm(Box::new(ArgumentError { message }))
}

/// Lets a NIF pass the core's errors on with `?`. It has to be in this crate: Rust's orphan rule
/// wants the trait or the type to be the crate's own.
#[cfg(feature = "rustler")]
impl From<Error> for rustler::Error {
    fn from(error: Error) -> Self {
        argument_error(error)
    }
}
