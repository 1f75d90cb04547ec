//! Follows the head of a request, for two faults in its first line that hyper doesn't report.

/// The head of a request, as far as it has arrived.
///
/// It also finds the end of the head, but only hyper decides where the body ends that may follow.
#[derive(Debug, Default)]
pub struct RequestHead {
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
    RestOfLine,
    /// After a line break. A second one ends the head, with or without a CR.
    LineStart,
}

/// Why a head is rejected.
#[derive(Debug, PartialEq, Eq)]
pub enum RequestHeadError {
    /// The target has a fragment, which hyper would drop.
    Fragment,
    /// The target is too long, for which hyper would blame the headers.
    TooLong,
}

impl RequestHead {
    /// Advances past the next bytes, up to the end of the head. Returns how many of them belong to the
    /// head. After its end, the next head begins.
    ///
    /// # Errors
    /// Fails if the target has a fragment, or if it doesn't fit into a head of `max` bytes.
    pub fn feed(&mut self, bytes: &[u8], max: usize) -> Result<usize, RequestHeadError> {
        let mut index = 0;
        while let Some(&byte) = bytes.get(index) {
            if self.part == Part::RestOfLine {
                let line_break = bytes[index..].iter().position(|&byte| byte == b'\n');
                index = line_break.map_or(bytes.len(), |length| index + length + 1);
                self.part = line_break.map_or(Part::RestOfLine, |_| Part::LineStart);
                continue;
            }
            index += 1;
            self.length += 1;
            self.part = match (self.part, byte) {
                (Part::LineStart, b'\n') => {
                    *self = RequestHead::default();
                    return Ok(index);
                }
                (_, b'\n') | (Part::LineStart, b'\r') => Part::LineStart,
                (Part::Method, b' ') => Part::Target,
                (Part::Target, b'#') => Part::Fragment,
                (Part::Fragment, b' ') => Part::AfterFragment,
                (Part::AfterFragment, b'H') => return Err(RequestHeadError::Fragment),
                (Part::Target, b' ') | (Part::AfterFragment | Part::LineStart, _) => {
                    Part::RestOfLine
                }
                (part, _) => part,
            };
            let is_target = matches!(self.part, Part::Target | Part::Fragment);
            if is_target && self.length >= max {
                return Err(RequestHeadError::TooLong);
            }
        }
        Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes head by head, and one byte at a time, which must make no difference.
    fn feed(bytes: &str, max: usize) -> Result<(), RequestHeadError> {
        let mut single = RequestHead::default();
        let mut bytewise = bytes.as_bytes().iter();
        let whole = heads(bytes, max).map(drop);
        assert_eq!(
            bytewise.try_for_each(|byte| single.feed(&[*byte], max).map(drop)),
            whole
        );
        whole
    }

    /// Splits bytes into heads, the last of which may be incomplete.
    fn heads(mut bytes: &str, max: usize) -> Result<Vec<&str>, RequestHeadError> {
        let mut head = RequestHead::default();
        let mut heads = Vec::new();
        while !bytes.is_empty() {
            let (first, rest) = bytes.split_at(head.feed(bytes.as_bytes(), max)?);
            heads.push(first);
            bytes = rest;
        }
        Ok(heads)
    }

    #[test]
    fn a_head_ends_with_an_empty_line() {
        for heads_sent in [
            ["GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET /", ""],
            ["GET / HTTP/1.1\nA: b\n\n", "G / H\r\n\r\n", "G / H\r\n\n"],
            [
                "GET / HTTP/1.1\nA: b\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n",
                "",
            ],
        ] {
            let sent = heads_sent.concat();
            let heads_sent = heads_sent.into_iter().filter(|head| !head.is_empty());
            assert_eq!(heads(&sent, 100), Ok(heads_sent.collect()), "{sent}");
        }
    }

    #[test]
    fn a_fragment_is_a_hash_in_the_target() {
        for line in [
            "GET /a#b HTTP/1.1\r\n",
            "GET /?a#b HTTP/1.1",
            "GET # HTTP",
            "GET /a HTTP/1.1\r\n\r\nGET /a#b HTTP/1.1\r\n",
        ] {
            assert_eq!(feed(line, 100), Err(RequestHeadError::Fragment), "{line}");
        }
        for line in [
            "GET /a HTTP/1.1\r\nX: a#b HTTP/1.1\r\n",
            "G#T /a HTTP/1.1\r\n",
            "GET /a#b",
            "GET /a HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\nX: a#b HTTP/1.1\r\n",
        ] {
            assert_eq!(feed(line, 100), Ok(()), "{line}");
        }
    }

    #[test]
    fn a_line_is_too_long_by_its_target() {
        assert_eq!(feed("GET /ab", 8), Ok(()));
        assert_eq!(feed("GET /abc", 8), Err(RequestHeadError::TooLong));
        assert_eq!(
            feed("GET /abc HTTP/1.1\r\n", 8),
            Err(RequestHeadError::TooLong)
        );
        // hyper judges methods and headers.
        assert_eq!(feed("METHOD METHOD", 4), Err(RequestHeadError::TooLong));
        assert_eq!(feed("METHODMETHOD", 4), Ok(()));
        assert_eq!(feed("G / H\r\nX: a long header\r\n", 8), Ok(()));
    }
}
