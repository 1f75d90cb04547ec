//! Parses what a handler wants to send, so that nothing invalid reaches the wire.

use http::header::CONNECTION;
use http::{HeaderName, HeaderValue, StatusCode};
use thiserror::Error;

/// Why a response cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// 1xx responses are sent by the server itself, and HTTP defines no status above 599.
    #[error("status must be from 200 to 599, not {0}")]
    Status(i64),
    /// The name is not a token as defined by RFC 9110.
    #[error("header name {0:?} is not a token")]
    HeaderName(String),
    /// The value contains CR, LF, NUL or another control character.
    #[error("the value of header {0:?} holds a control character")]
    HeaderValue(String),
    /// The header frames the message, which only the server can do correctly.
    #[error("header {0:?} is set by the server alone, except for connection: close")]
    FramingHeader(String),
}

/// Parses the status of a final response.
///
/// # Errors
/// It must be from 200 to 599.
pub fn parse_status(status: i64) -> Result<StatusCode, ResponseError> {
    u16::try_from(status)
        .ok()
        .filter(|status| (200..=599).contains(status))
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or(ResponseError::Status(status))
}

/// Parses one header of a response.
///
/// # Errors
/// The name must be a token and must not be one of those that frame the message; `connection` is
/// allowed with the value `close`. The only control character allowed in the value is the tab.
pub fn parse_header(name: &[u8], value: &[u8]) -> Result<(HeaderName, HeaderValue), ResponseError> {
    let printable = || String::from_utf8_lossy(name).into_owned();
    let parsed =
        HeaderName::from_bytes(name).map_err(|_| ResponseError::HeaderName(printable()))?;
    let closes = parsed == CONNECTION && value.eq_ignore_ascii_case(b"close");
    if frames_the_message(&parsed) && !closes {
        return Err(ResponseError::FramingHeader(printable()));
    }
    let value =
        HeaderValue::from_bytes(value).map_err(|_| ResponseError::HeaderValue(printable()))?;
    Ok((parsed, value))
}

fn frames_the_message(name: &HeaderName) -> bool {
    // A parsed name is in lower case.
    matches!(
        name.as_str(),
        "connection" | "content-length" | "keep-alive" | "te" | "transfer-encoding" | "upgrade"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_final_statuses_are_sent() {
        assert_eq!(parse_status(200), Ok(StatusCode::OK));
        assert_eq!(parse_status(599).map(|status| status.as_u16()), Ok(599));
        for invalid in [-1, 0, 100, 101, 199, 600, 65_736] {
            assert_eq!(parse_status(invalid), Err(ResponseError::Status(invalid)));
        }
    }

    #[test]
    fn a_header_may_contain_any_byte_that_http_allows() {
        let (name, value) = (b"X-Name", b"a\tb \xC3\xA9");
        let expected = (
            HeaderName::from_static("x-name"),
            HeaderValue::from_bytes(value).ok(),
        );
        assert_eq!(
            parse_header(name, value).map(|(name, value)| (name, Some(value))),
            Ok(expected)
        );
        assert!(parse_header(b"x-empty", b"").is_ok());
    }

    #[test]
    fn no_header_splits_a_response() {
        for value in [&b"a\r\nb"[..], b"a\nb", b"a\rb", b"\0", b"\x7F", b"\x1B"] {
            let error = Err(ResponseError::HeaderValue("x-name".into()));
            assert_eq!(parse_header(b"x-name", value), error);
        }
        for name in [
            &b""[..],
            b"x name",
            b"x:name",
            b"x\r\nname",
            b"x\0",
            b"\xC3\xA9",
        ] {
            let parsed = parse_header(name, b"");
            assert!(
                matches!(parsed, Err(ResponseError::HeaderName(_))),
                "{name:?}"
            );
        }
    }

    #[test]
    fn no_header_frames_the_message() {
        for name in [
            &b"Content-Length"[..],
            b"transfer-encoding",
            b"CONNECTION",
            b"Keep-Alive",
            b"te",
            b"Upgrade",
        ] {
            let parsed = parse_header(name, b"1");
            assert!(
                matches!(parsed, Err(ResponseError::FramingHeader(_))),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_response_may_close_its_connection() {
        assert!(parse_header(b"Connection", b"close").is_ok());
        assert!(parse_header(b"connection", b"CLOSE").is_ok());
        for value in [&b"keep-alive"[..], b"close, upgrade", b"", b"close\r\nx: y"] {
            let parsed = parse_header(b"connection", value);
            assert!(
                matches!(parsed, Err(ResponseError::FramingHeader(_))),
                "{value:?}"
            );
        }
    }
}
