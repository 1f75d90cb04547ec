//! The one place where a refusal of the core becomes an Elixir exception.

use rustler::{Error, NifException};

/// Elixir's own `ArgumentError`, with a message that names the argument.
#[derive(NifException)]
#[module = "ArgumentError"]
#[rustler(encode)]
struct ArgumentError {
    message: String,
}

/// Raises `ArgumentError` with the core's own words.
pub fn refuse(error: roundtrip_core::Error) -> Error {
    refuse_with(error)
}

/// Raises `ArgumentError` with the words of any error.
pub fn refuse_with(error: impl std::fmt::Display) -> Error {
    let message = error.to_string();
    Error::RaiseTerm(Box::new(ArgumentError { message }))
}
