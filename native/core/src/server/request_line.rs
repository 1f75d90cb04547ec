//! Follows the first line of a request, for two faults that hyper doesn't report.

/// The first line of a request, as far as it has arrived.
///
/// It decides nothing about where a request ends. If a client sends a request before the response
/// to the previous one, its line may be missed here, and hyper alone judges it.
#[derive(Debug, Default)]
pub struct RequestLine {
    part: Part,
    length: usize,
    has_fragment: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Method,
    Target {
        has_hash: bool,
    },
    Version {
        has_hash: bool,
    },
    End,
}

/// The part of a line that makes it too long.
#[derive(Debug, PartialEq, Eq)]
pub enum TooLong {
    /// The method, which is therefore unknown.
    Method,
    /// The request target.
    Target,
}

impl RequestLine {
    /// Advances past the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.part = match (self.part, byte) {
                (Part::End, _) => return,
                // No method contains a colon, so this is a header of a head that began earlier.
                (_, b'\n') | (Part::Method, b':') => Part::End,
                (Part::Method, b' ') => Part::Target { has_hash: false },
                (Part::Target { .. }, b'#') => Part::Target { has_hash: true },
                (Part::Target { has_hash }, b' ') => Part::Version { has_hash },
                (Part::Version { has_hash }, _) => {
                    self.has_fragment = has_hash && byte == b'H';
                    Part::End
                }
                (part, _) => part,
            };
            self.length += 1;
        }
    }

    /// Returns whether the target has a fragment. hyper would drop it.
    pub fn has_fragment(&self) -> bool {
        self.has_fragment
    }

    /// Returns what makes the line so long that a head of `max` bytes can't hold it, if it is. hyper
    /// would blame the headers.
    pub fn too_long(&self, max: usize) -> Option<TooLong> {
        (self.length >= max).then_some(match self.part {
            Part::Method => TooLong::Method,
            _ => TooLong::Target,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes at once and one at a time, which must make no difference.
    fn feed(bytes: &str) -> RequestLine {
        let (mut whole, mut single) = (RequestLine::default(), RequestLine::default());
        whole.feed(bytes.as_bytes());
        for byte in bytes.as_bytes() {
            single.feed(&[*byte]);
        }
        assert_eq!(format!("{whole:?}"), format!("{single:?}"));
        whole
    }

    #[test]
    fn a_fragment_is_a_hash_in_the_target() {
        for line in ["GET /a#b HTTP/1.1\r\n", "GET /?a#b HTTP/1.1", "GET # HTTP"] {
            assert!(feed(line).has_fragment(), "{line}");
        }
        for line in [
            "GET /a HTTP/1.1\r\nX: a#b HTTP/1.1\r\n",
            "G#T /a HTTP/1.1\r\n",
            "GET /a#b",
            "X: a#b HTTP/1.1\r\n",
            "rest of a#b value\r\n",
        ] {
            assert!(!feed(line).has_fragment(), "{line}");
        }
    }

    #[test]
    fn a_line_is_too_long_by_its_method_or_its_target() {
        assert_eq!(feed("GET ").too_long(5), None);
        assert_eq!(feed("GETGE").too_long(5), Some(TooLong::Method));
        assert_eq!(feed("GET /").too_long(5), Some(TooLong::Target));
        assert_eq!(
            feed("GET /abc HTTP/1.1\r\n").too_long(5),
            Some(TooLong::Target)
        );
        // Headers have a limit of their own.
        assert_eq!(feed("G / H\r\nX: a long header\r\n").too_long(8), None);
    }
}
