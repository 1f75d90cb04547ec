//! Follows the first line of a request, for two faults that hyper doesn't report.

/// The first line of a request, as far as it has arrived.
///
/// It decides nothing about where a request ends. The line of a request that was sent before the
/// response to the previous one may be missed here, and hyper alone judges it.
#[derive(Debug, Default)]
pub struct RequestLine {
    part: Part,
    length: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Method,
    Target,
    Fragment,
    AfterFragment,
    End,
}

/// Why a request line is rejected.
#[derive(Debug, PartialEq, Eq)]
pub enum RequestLineError {
    /// The target has a fragment, which hyper would drop.
    Fragment,
    /// The target is too long, for which hyper would blame the headers.
    TooLong,
}

impl RequestLine {
    /// Advances past the next bytes.
    ///
    /// # Errors
    /// Fails if the target has a fragment, or if it doesn't fit into a head of `max` bytes.
    pub fn feed(&mut self, bytes: &[u8], max: usize) -> Result<(), RequestLineError> {
        for &byte in bytes {
            self.length += 1;
            self.part = match (self.part, byte) {
                (Part::End, _) => return Ok(()),
                // No method contains a colon, so this is a header of a head that began earlier.
                (_, b'\n') | (Part::Method, b':') | (Part::Target, b' ') => Part::End,
                (Part::Method, b' ') => Part::Target,
                (Part::Target, b'#') => Part::Fragment,
                (Part::Fragment, b' ') => Part::AfterFragment,
                (Part::AfterFragment, b'H') => return Err(RequestLineError::Fragment),
                (Part::AfterFragment, _) => Part::End,
                (part, _) => part,
            };
            if self.length >= max && self.part != Part::Method {
                return Err(RequestLineError::TooLong);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes at once and one at a time, which must make no difference.
    fn feed(bytes: &str, max: usize) -> Result<(), RequestLineError> {
        let mut single = RequestLine::default();
        let mut bytewise = bytes.as_bytes().iter();
        let whole = RequestLine::default().feed(bytes.as_bytes(), max);
        assert_eq!(
            bytewise.try_for_each(|byte| single.feed(&[*byte], max)),
            whole
        );
        whole
    }

    #[test]
    fn a_fragment_is_a_hash_in_the_target() {
        for line in ["GET /a#b HTTP/1.1\r\n", "GET /?a#b HTTP/1.1", "GET # HTTP"] {
            assert_eq!(feed(line, 100), Err(RequestLineError::Fragment), "{line}");
        }
        for line in [
            "GET /a HTTP/1.1\r\nX: a#b HTTP/1.1\r\n",
            "G#T /a HTTP/1.1\r\n",
            "GET /a#b",
            "X: a#b HTTP/1.1\r\n",
            "rest of a#b value\r\n",
        ] {
            assert_eq!(feed(line, 100), Ok(()), "{line}");
        }
    }

    #[test]
    fn a_line_is_too_long_by_its_target() {
        assert_eq!(feed("GET /ab", 8), Ok(()));
        assert_eq!(feed("GET /abc", 8), Err(RequestLineError::TooLong));
        assert_eq!(
            feed("GET /abc HTTP/1.1\r\n", 8),
            Err(RequestLineError::TooLong)
        );
        // hyper judges methods and headers.
        assert_eq!(feed("METHOD METHOD", 4), Err(RequestLineError::TooLong));
        assert_eq!(feed("METHODMETHOD", 4), Ok(()));
        assert_eq!(feed("G / H\r\nX: a long header\r\n", 8), Ok(()));
    }
}
