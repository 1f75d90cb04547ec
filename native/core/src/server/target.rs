//! The grammar of RFC 3986 for hosts and request targets, as far as hyper doesn't check it.

use std::net::Ipv6Addr;

/// Returns the host and the port of `host[:port]`, or `None` if the text does not have this form. The
/// brackets of an IPv6 address are part of the host.
pub fn parse_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let host_end = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (address, _rest) = bracketed.split_once(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            address.len() + 2
        }
        None => {
            let host_end = authority.find(':').unwrap_or(authority.len());
            is_encoded(&authority.as_bytes()[..host_end], b"").then_some(host_end)?
        }
    };
    let (host, rest) = authority.split_at(host_end);
    let port = match rest.strip_prefix(':') {
        // `parse` would accept a sign.
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits,
        None if rest.is_empty() => rest,
        _ => return None,
    };
    // A colon without a port is allowed.
    let port = (!port.is_empty()).then(|| port.parse()).transpose().ok()?;
    (!host.is_empty()).then_some((host, port))
}

/// Returns whether each byte is allowed in a path.
pub fn is_path(path: &str) -> bool {
    is_encoded(path.as_bytes(), b":@/")
}

/// Returns whether each byte is allowed in a query, or sent there unencoded by browsers, which follow
/// the URL Standard and not RFC 3986.
pub fn is_query(query: &str) -> bool {
    query
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"#<>".contains(&byte))
}

/// Returns whether the text has only unreserved characters, sub-delims, valid percent-encoding, and
/// `others`.
fn is_encoded(text: &[u8], others: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = match tail {
            [high, low, tail @ ..] if *byte == b'%' => {
                if !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
                    return false;
                }
                tail
            }
            _ if byte.is_ascii_alphanumeric()
                || b"-._~!$&'()*+,;=".contains(byte)
                || others.contains(byte) =>
            {
                tail
            }
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_a_host_and_perhaps_a_port() {
        for (authority, host, port) in [
            ("a", "a", None),
            ("127.0.0.1:80", "127.0.0.1", Some(80)),
            ("[::1]:80", "[::1]", Some(80)),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", None),
            ("a%20b", "a%20b", None),
            ("a_b,c:", "a_b,c", None),
            ("a:00065535", "a", Some(65_535)),
        ] {
            assert_eq!(
                parse_authority(authority),
                Some((host, port)),
                "{authority}"
            );
        }
        for authority in [
            "",
            ":",
            ":80",
            "a:x",
            "a:80:80",
            "a: 80",
            "a:+80",
            "a:65536",
            "a:999999",
            "::1",
            "[::1",
            "::1]",
            "[zz]",
            "[]",
            "[::1]80",
            "[::1]x",
            "[::1%25eth0]",
            "[a]",
            "%",
            "%4",
            "%zz",
            "a b",
            "a/b",
            "u@a",
            "a?",
            "a#",
            "a\\b",
            "a\"b",
            "a<b",
            "é",
        ] {
            assert_eq!(parse_authority(authority), None, "{authority}");
        }
    }

    #[test]
    fn a_path_is_encoded_and_a_query_may_have_what_browsers_send() {
        for path in ["/", "//a//", "/a:@!$&'()*+,;=-._~", "/%C3%a9", "/.."] {
            assert!(is_path(path), "{path}");
        }
        for byte in "\"#<>[]\\^`{|}\x7F\0 é".chars() {
            assert!(!is_path(&format!("/a{byte}")), "{byte:?}");
        }
        for path in ["/%", "/%4", "/%zz", "/%4g"] {
            assert!(!is_path(path), "{path}");
        }
        assert!(is_query("a[]=1&b=/?{|}^`\\:@%zz"));
        for query in ["a\"", "a<", "a>", "a#", "a b", "é", "\x7F"] {
            assert!(!is_query(query), "{query:?}");
        }
    }
}
