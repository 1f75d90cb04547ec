//! Tracks where each request on a connection begins and ends, to detect request smuggling.
//!
//! When a request has both a Content-Length and a Transfer-Encoding, hyper drops the
//! Content-Length and serves the request. A proxy in front of the server may believe the other
//! header. The two then disagree on where the next request begins, and an attacker can hide a
//! request from the proxy. hyper doesn't report such a request, so it is detected here.

/// The position in the HTTP messages of one connection, after the bytes seen so far.
#[derive(Debug, Default)]
pub struct FramingTracker {
    position: Position,
    /// The beginning of a line whose end has not arrived yet.
    partial_line: Vec<u8>,
    has_request_line: bool,
    content_length: Option<u64>,
    has_transfer_encoding: bool,
    is_ambiguous: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Position {
    #[default]
    Head,
    /// In a body, with this many bytes left.
    Body(u64),
    ChunkSize,
    /// In a chunk, with this many bytes left.
    Chunk(u64),
    Trailers,
    /// The input is not HTTP or is rejected, so the rest is ignored.
    Abandoned,
}

impl FramingTracker {
    /// Advances past the next bytes of the connection.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.position {
                Position::Head | Position::ChunkSize | Position::Trailers => self.feed_line(bytes),
                Position::Body(left) => self.skip(bytes, left, Position::Body, Position::Head),
                Position::Chunk(left) => {
                    self.skip(bytes, left, Position::Chunk, Position::ChunkSize)
                }
                Position::Abandoned => return,
            };
        }
    }

    /// Returns whether a head has begun and not ended.
    pub fn is_in_head(&self) -> bool {
        self.position == Position::Head && (self.has_request_line || !self.partial_line.is_empty())
    }

    /// Returns whether a request had both a Content-Length and a Transfer-Encoding.
    pub fn is_ambiguous(&self) -> bool {
        self.is_ambiguous
    }

    /// Skips up to `left` bytes, and returns the input that follows them.
    fn skip<'a>(
        &mut self,
        bytes: &'a [u8],
        left: u64,
        unfinished: fn(u64) -> Position,
        next: Position,
    ) -> &'a [u8] {
        let skipped = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let left = left - skipped as u64;
        self.position = if left == 0 { next } else { unfinished(left) };
        &bytes[skipped..]
    }

    fn feed_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
            // The buffer is bounded because hyper closes the connection when a head is too long.
            self.partial_line.extend_from_slice(bytes);
            return &[];
        };
        if self.partial_line.is_empty() {
            self.end_line(&bytes[..end]);
        } else {
            let mut line = std::mem::take(&mut self.partial_line);
            line.extend_from_slice(&bytes[..end]);
            self.end_line(&line);
        }
        &bytes[end + 1..]
    }

    fn end_line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match self.position {
            Position::Head if !line.is_empty() => self.read_head_line(line),
            Position::Head => self.end_head(),
            Position::ChunkSize => self.read_chunk_size(line),
            Position::Trailers if line.is_empty() => self.position = Position::Head,
            _ => (),
        }
    }

    fn read_head_line(&mut self, line: &[u8]) {
        if !self.has_request_line {
            self.has_request_line = true;
            return;
        }
        if header_value(line, b"transfer-encoding").is_some() {
            self.has_transfer_encoding = true;
        } else if let Some(value) = header_value(line, b"content-length") {
            // An invalid number counts too: hyper rejects it only if there is no Transfer-Encoding.
            self.content_length = Some(parse_decimal(value).unwrap_or(u64::MAX));
        }
    }

    fn end_head(&mut self) {
        // RFC 9112 allows empty lines before a request.
        if !self.has_request_line {
            return;
        }
        self.has_request_line = false;
        self.position = match (self.has_transfer_encoding, self.content_length.take()) {
            (true, Some(_)) => {
                self.is_ambiguous = true;
                Position::Abandoned
            }
            (true, None) => Position::ChunkSize,
            (false, None | Some(0)) => Position::Head,
            (false, Some(length)) => Position::Body(length),
        };
        self.has_transfer_encoding = false;
    }

    fn read_chunk_size(&mut self, line: &[u8]) {
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let text: String = digits.map(|&byte| char::from(byte)).collect();
        self.position = match u64::from_str_radix(&text, 16) {
            Ok(0) => Position::Trailers,
            // Two more bytes for the CRLF that ends the chunk.
            Ok(size) => size
                .checked_add(2)
                .map_or(Position::Abandoned, Position::Chunk),
            Err(_) => Position::Abandoned,
        };
    }
}

/// Returns the value if the line is a header with this name, which must be in lower case.
fn header_value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    let value = value.strip_prefix(b":")?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn parse_decimal(digits: &[u8]) -> Option<u64> {
    // `u64::from_str` would accept a leading plus sign.
    let only_digits = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| only_digits)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes at once and one at a time, which must make no difference.
    fn track(bytes: &[u8]) -> FramingTracker {
        let (mut whole, mut single) = (FramingTracker::default(), FramingTracker::default());
        whole.feed(bytes);
        for byte in bytes {
            single.feed(&[*byte]);
        }
        assert_eq!(format!("{whole:?}"), format!("{single:?}"));
        whole
    }

    #[test]
    fn both_headers_are_detected_in_either_order() {
        for head in [
            "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\nCONTENT-LENGTH:  4 \r\n\r\n",
            "POST / HTTP/1.1\nContent-Length: x\nTransfer-Encoding: gzip, chunked\n\n",
        ] {
            assert!(track(head.as_bytes()).is_ambiguous(), "{head}");
        }
    }

    #[test]
    fn bodies_are_not_mistaken_for_heads() {
        let pair = "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
        let length = pair.len();
        let sized = format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{pair}");
        let chunked = format!(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{length:x};ext=1\r\n{pair}\r\n\
             0\r\nTrailer: 1\r\n\r\n"
        );
        for request in [&sized, &chunked] {
            let tracker = track(request.as_bytes());
            assert!(!tracker.is_ambiguous());
            assert!(!tracker.is_in_head());
            assert_eq!(tracker.position, Position::Head);
        }
        let smuggled = format!("{sized}{chunked}GET / HTTP/1.1\r\n{pair}");
        assert!(track(smuggled.as_bytes()).is_ambiguous());
    }

    #[test]
    fn a_head_ends_with_an_empty_line() {
        assert!(!track(b"").is_in_head());
        assert!(!track(b"\r\n\r\n").is_in_head());
        assert!(track(b"G").is_in_head());
        assert!(track(b"GET / HTTP/1.1\r\nHost: a\r\n").is_in_head());
        assert!(!track(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").is_in_head());
    }

    #[test]
    fn input_that_is_not_http_is_abandoned() {
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for size in ["zz", "", "ffffffffffffffffff"] {
            let tracker = track(format!("{chunked}{size}\r\n").as_bytes());
            assert_eq!(tracker.position, Position::Abandoned);
        }
    }
}
