//! The errors of this library, and what each becomes in Elixir.

use roundtrip_core::server::{AnswerError, HeadersError, IodataError, MAX_HEADERS, ResponseError};
use roundtrip_support::argument_error;
use rustler::NifUnitEnum;
use std::io;

/// Why a NIF fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Core(#[from] roundtrip_core::Error),
    #[error(transparent)]
    Response(#[from] ResponseError),
    #[error("ip must be an IP address, not {0:?}")]
    Ip(String),
    #[error("status must be an integer")]
    StatusType,
    #[error("headers must be a list of at most {MAX_HEADERS} {{name, value}}, both binaries")]
    HeadersType,
    #[error("body must be iodata")]
    BodyType,
    #[error(
        "a response must have at most 1 MiB of headers, and 256 MiB of body in 4,194,304 list cells"
    )]
    TooLarge,
}

impl From<IodataError> for Error {
    fn from(error: IodataError) -> Self {
        match error {
            IodataError::Invalid => Error::BodyType,
            IodataError::TooLarge => Error::TooLarge,
        }
    }
}

impl From<HeadersError> for Error {
    fn from(error: HeadersError) -> Self {
        match error {
            HeadersError::TooLarge => Error::TooLarge,
            HeadersError::TooMany => Error::HeadersType,
            HeadersError::Invalid(error) => Error::Response(error),
        }
    }
}

/// Lets NIFs use `?`: what can happen to a correct caller is returned as `{:error, reason}`, and an
/// invalid argument raises an `ArgumentError`.
impl From<Error> for rustler::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Start(reason) => rustler::Error::Term(Box::new(reason)),
            Error::Answer(reason) => rustler::Error::Term(Box::new(reason)),
            invalid_argument => argument_error(invalid_argument),
        }
    }
}

/// Why a server can't start. The reasons have the names that `:inet` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, NifUnitEnum, thiserror::Error)]
#[rustler(encode)]
pub(crate) enum StartError {
    #[error("another socket is bound to the port")]
    Eaddrinuse,
    #[error("this machine doesn't have the address")]
    Eaddrnotavail,
    #[error("the port needs a permission")]
    Eacces,
    #[error("the system can't listen on the address")]
    Einval,
    #[error("the system can't start a thread")]
    NoThread,
    #[error("the owner has died")]
    Noproc,
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => StartError::Eaddrinuse,
            io::ErrorKind::AddrNotAvailable => StartError::Eaddrnotavail,
            io::ErrorKind::PermissionDenied => StartError::Eacces,
            _ => StartError::Einval,
        }
    }
}
