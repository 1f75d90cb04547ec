//! Collects the headers of a response within a budget.

use super::{MAX_HEADERS, ResponseError, parse_header};
use http::HeaderMap;
use thiserror::Error;

/// The headers of a response: at most [`MAX_HEADERS`], and so many bytes in all names and values.
#[derive(Debug)]
pub struct ResponseHeaders {
    headers: HeaderMap,
    bytes_left: usize,
}

/// Why a header was not added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeadersError {
    /// All names and values together exceed the budget.
    #[error("too large")]
    TooLarge,
    /// There are [`MAX_HEADERS`] already.
    #[error("more than {MAX_HEADERS} headers")]
    TooMany,
    /// The header can't be sent.
    #[error(transparent)]
    Invalid(#[from] ResponseError),
}

impl ResponseHeaders {
    /// Starts without headers.
    pub fn new(max_bytes: usize) -> Self {
        ResponseHeaders {
            headers: HeaderMap::new(),
            bytes_left: max_bytes,
        }
    }

    /// Parses and adds a header.
    ///
    /// # Errors
    /// Fails if the header exceeds the budget, or as [`parse_header`].
    pub fn push(&mut self, name: &[u8], value: &[u8]) -> Result<(), HeadersError> {
        let left = self.bytes_left.checked_sub(name.len() + value.len());
        self.bytes_left = left.ok_or(HeadersError::TooLarge)?;
        if self.headers.len() == MAX_HEADERS {
            return Err(HeadersError::TooMany);
        }
        let (name, value) = parse_header(name, value)?;
        self.headers.append(name, value);
        Ok(())
    }

    /// Returns the headers.
    pub fn into_map(self) -> HeaderMap {
        self.headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_of_bytes_is_exact() {
        let mut headers = ResponseHeaders::new(8);
        assert_eq!(headers.push(b"x-a", b"1"), Ok(()));
        assert_eq!(headers.push(b"x-b", b"23"), Err(HeadersError::TooLarge));
        assert_eq!(headers.push(b"x-b", b"2"), Ok(()));
        assert_eq!(headers.into_map().len(), 2);
    }

    #[test]
    fn the_number_of_headers_is_bounded() {
        let mut headers = ResponseHeaders::new(usize::MAX);
        for _ in 0..MAX_HEADERS {
            assert_eq!(headers.push(b"x-a", b""), Ok(()));
        }
        assert_eq!(headers.push(b"x-a", b""), Err(HeadersError::TooMany));
    }

    #[test]
    fn an_invalid_header_is_not_added() {
        let mut headers = ResponseHeaders::new(100);
        let error = HeadersError::Invalid(ResponseError::HeaderValue("x-a".into()));
        assert_eq!(headers.push(b"x-a", b"\n"), Err(error));
        assert!(headers.into_map().is_empty());
    }
}
