//! Logic of the capstone's server that needs neither a VM nor a socket.

use crate::Error;
use crate::bounded::{self, bounded};
use std::time::Duration;

mod exchange;
mod exit;
mod headers;
mod iodata;
mod receiver_pool;
mod request_head;
mod response;
mod target;

pub use exchange::{AnswerError, Pending, Responder, Unanswered, exchange};
pub use exit::Exit;
pub use headers::{HeadersError, ResponseHeaders};
pub use iodata::{Budget, IodataError, Node, flatten};
pub use receiver_pool::ReceiverPool;
pub use request_head::{RequestHead, RequestHeadError};
pub use response::{ResponseError, parse_header, parse_status};
pub use target::{is_path, is_query, parse_authority};

/// The longest timeout in milliseconds: one day.
const MAX_TIMEOUT: u64 = 86_400_000;

/// Stands for no timeout: an instant so far away can still be computed, and outlives any server.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The greatest number of headers that a response may have.
pub const MAX_HEADERS: usize = 1_000;

bounded! {
    /// How many threads the first version of the server starts.
    PoolSize(u32): "pool_size" in 1..=64
}

/// Parses a timeout in milliseconds, where `None` is no timeout.
///
/// # Errors
/// It must be from `min` to a day; the error names `field`.
pub fn parse_timeout(
    field: &'static str,
    milliseconds: Option<i64>,
    min: u64,
) -> Result<Duration, Error> {
    milliseconds.map_or(Ok(FOREVER), |milliseconds| {
        bounded::parse(field, milliseconds, min..=MAX_TIMEOUT).map(Duration::from_millis)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_bounds_and_its_error_names_the_field() {
        let day = Duration::from_secs(24 * 60 * 60);
        let parse = |milliseconds| parse_timeout("deadline", Some(milliseconds), 1);
        assert_eq!(parse(5), Ok(Duration::from_millis(5)));
        assert_eq!(parse(86_400_000), Ok(day));
        for invalid in [-1, 0, 86_400_001] {
            let message = parse(invalid).map_err(|error| error.to_string());
            assert_eq!(message, Err("deadline must be from 1 to 86400000".into()));
        }
    }

    #[test]
    fn a_shutdown_may_have_no_time_at_all() {
        let parse = |milliseconds| parse_timeout("deadline", Some(milliseconds), 0);
        assert_eq!(parse(0), Ok(Duration::ZERO));
        assert!(parse(-1).is_err());
        assert!(parse(86_400_001).is_err());
    }

    #[test]
    fn no_timeout_is_an_instant_that_never_comes() {
        let forever = parse_timeout("deadline", None, 1).unwrap_or_default();
        assert!(forever > Duration::from_secs(10 * 365 * 86_400));
        assert!(std::time::Instant::now().checked_add(forever * 2).is_some());
        // As for a client that has read 4 GiB of a response.
        assert!(forever.checked_mul(u32::MAX).is_some());
    }
}
