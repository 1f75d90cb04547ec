//! Integers with bounds: parsed once, from the integer that Elixir sent, into a type that is always valid.

use crate::Error;
use std::ops::RangeInclusive;

/// Parses `value` as a `T` if it lies within `range`.
///
/// # Errors
/// [`Error::OutOfRange`] with the name of the argument, `field`.
///
/// ```
/// use roundtrip_core::bounded;
///
/// let port: Result<u16, _> = bounded::parse("port", 4000, 0..=65_535);
/// assert_eq!(port, Ok(4000));
/// ```
pub fn parse<T: TryFrom<u64>>(
    field: &'static str,
    value: i64,
    range: RangeInclusive<u64>,
) -> Result<T, Error> {
    let (min, max) = range.into_inner();
    u64::try_from(value)
        .ok()
        .filter(|value| (min..=max).contains(value))
        .and_then(|value| T::try_from(value).ok())
        .ok_or(Error::OutOfRange { field, min, max })
}

/// Defines a type for an argument that must lie within bounds:
/// `Window(u32): "window" in 1..=1_000` holds a `u32`, and its error begins with "window".
///
/// The type has `TryFrom<i64>`, `get()`, and with the feature `rustler` a `Decoder`, so that a NIF
/// can name it as the type of an argument.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident($integer:ty): $field:literal in $min:literal..=$max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name($integer);

        impl $name {
            #[doc = concat!("The smallest value: ", stringify!($min), ".")]
            pub const MIN: Self = Self($min);

            #[doc = concat!("The largest value: ", stringify!($max), ".")]
            pub const MAX: Self = Self($max);

            /// Returns the number.
            pub fn get(self) -> $integer {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = $crate::Error;

            fn try_from(value: i64) -> Result<Self, Self::Error> {
                $crate::bounded::parse($field, value, $min..=$max).map(Self)
            }
        }

        #[cfg(feature = "rustler")]
        impl<'a> rustler::Decoder<'a> for $name {
            fn decode(term: rustler::Term<'a>) -> rustler::NifResult<Self> {
                let value: i64 = term.decode()?;
                Ok(Self::try_from(value)?)
            }
        }
    };
}
pub(crate) use bounded;

bounded! {
    /// How long a NIF may sleep on purpose, in milliseconds.
    Milliseconds(u64): "milliseconds" in 0..=1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_included() {
        assert_eq!(parse("n", 2, 2..=9), Ok(2_u8));
        assert_eq!(parse("n", 9, 2..=9), Ok(9_u8));
        assert_eq!(Milliseconds::try_from(0), Ok(Milliseconds::MIN));
        assert_eq!(Milliseconds::try_from(1_000), Ok(Milliseconds::MAX));
    }

    #[test]
    fn an_error_names_the_argument_and_the_bounds() {
        for outside in [i64::MIN, -1, 1_001, i64::MAX] {
            let message = Milliseconds::try_from(outside).map_err(|error| error.to_string());
            let expected = "milliseconds must be from 0 to 1000";
            assert_eq!(message, Err(expected.into()), "{outside}");
        }
    }

    #[test]
    fn a_number_that_the_type_cannot_hold_is_out_of_range() {
        let error = Error::OutOfRange {
            field: "n",
            min: 0,
            max: 256,
        };
        assert_eq!(parse::<u8>("n", 256, 0..=256), Err(error));
    }
}
