//! Logic of the capstone's server that needs neither a VM nor a socket.

use crate::bounded;
use crate::error::Error;
use std::fmt;
use std::time::Duration;

mod framing;

pub use framing::Framing;

/// The longest time-out, in milliseconds: one day.
pub const LONGEST_TIMEOUT: u64 = 86_400_000;

/// The largest body, in bytes, that a server may be asked to take: 1 GiB.
pub const LARGEST_BODY: u64 = 1_024 * 1_024 * 1_024;

/// Headers that say how a message is framed. The server alone knows, so no caller may set them.
const FRAMING_HEADERS: [&[u8]; 6] = [
    b"connection",
    b"content-length",
    b"keep-alive",
    b"te",
    b"transfer-encoding",
    b"upgrade",
];

/// A time-out in milliseconds.
///
/// # Errors
/// It must be from 1 to [`LONGEST_TIMEOUT`].
pub fn timeout(field: &'static str, milliseconds: i64) -> Result<Duration, Error> {
    bounded::parse(field, milliseconds, 1..=LONGEST_TIMEOUT).map(Duration::from_millis)
}

/// A number of bytes or of things.
///
/// # Errors
/// It must be from `min` to `max`.
pub fn limit(field: &'static str, value: i64, min: u64, max: u64) -> Result<usize, Error> {
    bounded::parse(field, value, min..=max)
}

/// Why a response cannot be sent. Each says what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsendable {
    /// Not a final status: 1xx is the server's own, and beyond 599 there is none.
    Status(i64),
    /// The name is not a token of RFC 9110.
    HeaderName(String),
    /// The value holds CR, LF, NUL or another control character.
    HeaderValue(String),
    /// The header says how the message is framed, which is the server's part.
    Framing(String),
}

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "status must be from 200 to 599, not {status}"),
            Self::HeaderName(name) => write!(f, "header name {name:?} is not a token"),
            Self::HeaderValue(name) => {
                write!(f, "the value of header {name:?} holds a control character")
            }
            Self::Framing(name) => write!(f, "header {name:?} is set by the server alone"),
        }
    }
}

impl std::error::Error for Unsendable {}

/// The status of a response.
///
/// # Errors
/// It must be from 200 to 599.
pub fn status(status: i64) -> Result<u16, Unsendable> {
    match u16::try_from(status) {
        Ok(known @ 200..=599) => Ok(known),
        _ => Err(Unsendable::Status(status)),
    }
}

/// Whether a header of a response may go onto the wire.
///
/// # Errors
/// The name must be a token that does not frame the message; the value must be free of control
/// characters but the tab.
pub fn check_header(name: &[u8], value: &[u8]) -> Result<(), Unsendable> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    if name.is_empty() || !name.iter().all(|&byte| is_token(byte)) {
        return Err(Unsendable::HeaderName(shown()));
    }
    if FRAMING_HEADERS
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own))
    {
        return Err(Unsendable::Framing(shown()));
    }
    if value.iter().any(|&byte| is_control(byte)) {
        return Err(Unsendable::HeaderValue(shown()));
    }
    Ok(())
}

/// Whether a Host may have this value: the bytes of a host and a port, or none at all.
pub fn is_authority(value: &[u8]) -> bool {
    let punctuation = b"-._~%!$&'()*+,;=:[]";
    value
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(byte))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_control(byte: u8) -> bool {
    byte != b'\t' && (byte < b' ' || byte == 0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_name_their_field() {
        assert_eq!(timeout("deadline", 5), Ok(Duration::from_millis(5)));
        assert!(timeout("deadline", 0).is_err());
        assert_eq!(limit("max_body", 9, 0, 9), Ok(9));
        let refused = limit("max_body", -1, 0, 9).map_err(|error| error.to_string());
        assert_eq!(refused, Err("max_body must be from 0 to 9".into()));
    }

    #[test]
    fn only_final_statuses_are_sent() {
        assert_eq!([200, 599].map(status), [Ok(200), Ok(599)]);
        for refused in [-1, 0, 100, 101, 199, 600, 65_736] {
            assert_eq!(status(refused), Err(Unsendable::Status(refused)));
        }
    }

    #[test]
    fn a_header_may_hold_what_the_wire_may() {
        assert_eq!(check_header(b"X-Name", b"a\tb \xC3\xA9"), Ok(()));
        assert_eq!(check_header(b"x-empty", b""), Ok(()));
    }

    #[test]
    fn no_header_splits_a_response() {
        for value in [&b"a\r\nb"[..], b"a\nb", b"a\rb", b"\0", b"\x7F", b"\x1B"] {
            let refused = Err(Unsendable::HeaderValue("x-name".into()));
            assert_eq!(check_header(b"x-name", value), refused);
        }
        for name in [
            &b""[..],
            b"x name",
            b"x:name",
            b"x\r\nname",
            b"x\0",
            b"\xC3\xA9",
        ] {
            let refused = check_header(name, b"");
            assert!(
                matches!(refused, Err(Unsendable::HeaderName(_))),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_host_is_an_authority_or_empty() {
        for host in [
            &b""[..],
            b"a",
            b"127.0.0.1:80",
            b"[::1]:80",
            b"a%20b",
            b"a_b,c",
        ] {
            assert!(is_authority(host), "{host:?}");
        }
        for host in [
            &b"a b"[..],
            b"a/b",
            b"u@a",
            b"a?",
            b"a#",
            b"\xFF",
            b"a\\b",
            b"a\"b",
        ] {
            assert!(!is_authority(host), "{host:?}");
        }
    }

    #[test]
    fn no_header_frames_the_message() {
        for name in [&b"Content-Length"[..], b"transfer-encoding", b"CONNECTION"] {
            let refused = check_header(name, b"1");
            assert!(matches!(refused, Err(Unsendable::Framing(_))), "{name:?}");
        }
    }
}
