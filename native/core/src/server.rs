//! Logic of the capstone's server that needs neither a VM nor a socket.

use crate::Error;
use crate::bounded::{self, bounded};
use std::time::Duration;

mod exchange;
mod exit;
mod headers;
mod iodata;
mod receiver_pool;
mod request_line;
mod response;
mod target;

pub use exchange::{AnswerError, Pending, Responder, Unanswered, exchange};
pub use exit::Exit;
pub use headers::{HeadersError, ResponseHeaders};
pub use iodata::{Budget, IodataError, Node, flatten};
pub use receiver_pool::ReceiverPool;
pub use request_line::{RequestLine, RequestLineError};
pub use response::{ResponseError, parse_header, parse_status};
pub use target::{is_path, is_query, parse_port};

/// The longest timeout in milliseconds: one day.
const MAX_TIMEOUT: u64 = 86_400_000;

/// The greatest number of headers that a response may have.
pub const MAX_HEADERS: usize = 1_000;

bounded! {
    /// How long a graceful shutdown may take, in milliseconds: a day at most.
    ShutdownDeadline(u64): "deadline" in 0..=86_400_000
}

bounded! {
    /// How many threads the first version of the server starts.
    PoolSize(u32): "pool_size" in 1..=64
}

/// Parses a timeout in milliseconds.
///
/// # Errors
/// It must be from 1 to a day; the error names `field`.
pub fn parse_timeout(field: &'static str, milliseconds: i64) -> Result<Duration, Error> {
    bounded::parse(field, milliseconds, 1..=MAX_TIMEOUT).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_bounds_and_its_error_names_the_field() {
        let day = Duration::from_secs(24 * 60 * 60);
        assert_eq!(parse_timeout("deadline", 5), Ok(Duration::from_millis(5)));
        assert_eq!(parse_timeout("deadline", 86_400_000), Ok(day));
        for invalid in [-1, 0, 86_400_001] {
            let message = parse_timeout("deadline", invalid).map_err(|error| error.to_string());
            assert_eq!(message, Err("deadline must be from 1 to 86400000".into()));
        }
    }

    #[test]
    fn a_shutdown_may_have_no_time_at_all() {
        assert_eq!(ShutdownDeadline::try_from(0), Ok(ShutdownDeadline::MIN));
        assert!(ShutdownDeadline::try_from(-1).is_err());
        assert!(ShutdownDeadline::try_from(86_400_001).is_err());
    }
}
