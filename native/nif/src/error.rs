//! The one error type of this library.

use roundtrip_core::calls::{Failure, Rejection};
use roundtrip_core::thread::NoThread;
use rustler::NifUnitEnum;

/// Why a NIF returns `{:error, reason}`: the variant's name is the reason, such as `:not_sent`.
#[derive(Debug, Clone, Copy, NifUnitEnum, thiserror::Error)]
#[rustler(encode)]
pub(crate) enum Error {
    #[error("the call has its answer")]
    AlreadyAnswered,
    #[error("somebody else holds the lock")]
    Busy,
    #[error("the job was cancelled")]
    Cancelled,
    #[error("a process that the call needs has died")]
    Down,
    #[error("the callee has dropped the call")]
    Dropped,
    #[error("the thread was joined before")]
    Joined,
    #[error("no such process")]
    NoProcess,
    #[error("no thread could be started")]
    NoThread,
    #[error("the process to monitor is dead")]
    Noproc,
    #[error("the message was not sent")]
    NotSent,
    #[error("the thread panicked")]
    Panicked,
    #[error("a thread panicked while it held the lock")]
    Poisoned,
    #[error("another process was asked")]
    Stranger,
    #[error("nobody answered in time")]
    Timeout,
    #[error("the call has ended without an answer")]
    TooLate,
}

/// Lets a NIF return `{:error, reason}` with `?`.
impl From<Error> for rustler::Error {
    fn from(error: Error) -> Self {
        rustler::Error::Term(Box::new(error))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Timeout => Error::Timeout,
            Failure::Down => Error::Down,
            Failure::Dropped => Error::Dropped,
        }
    }
}

impl From<NoThread> for Error {
    fn from(NoThread: NoThread) -> Self {
        Error::NoThread
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Stranger => Error::Stranger,
            Rejection::TooLate => Error::TooLate,
            Rejection::AlreadyAnswered => Error::AlreadyAnswered,
        }
    }
}
