//! Follows the framing of requests on a connection, to see what the HTTP library leaves out.
//!
//! hyper drops a Content-Length that comes with a Transfer-Encoding and serves the request. Where a
//! proxy in front believes the other header, the two disagree on where the next request begins:
//! request smuggling. So the bytes are followed here as well, and such a pair is told.

/// Where a connection is, after the bytes seen so far.
#[derive(Debug, Default)]
pub struct Framing {
    at: At,
    /// The part of a line whose end has not come.
    line: Vec<u8>,
    started: bool,
    length: Option<u64>,
    chunked: bool,
    smuggled: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    Trailers,
    /// What came is not HTTP, or is refused: nothing after it is looked at.
    Lost,
}

impl Framing {
    /// Takes the next bytes of the connection.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.at {
                At::Head | At::ChunkSize | At::Trailers => self.feed_line(bytes),
                At::Body(left) => self.skip(bytes, left, At::Body, At::Head),
                At::Chunk(left) => self.skip(bytes, left, At::Chunk, At::ChunkSize),
                At::Lost => return,
            };
        }
    }

    /// Whether a head has begun and not ended.
    pub fn in_head(&self) -> bool {
        self.at == At::Head && (self.started || !self.line.is_empty())
    }

    /// Whether a request had both a Content-Length and a Transfer-Encoding.
    pub fn smuggled(&self) -> bool {
        self.smuggled
    }

    fn skip<'a>(&mut self, bytes: &'a [u8], left: u64, more: fn(u64) -> At, then: At) -> &'a [u8] {
        let here = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let rest = left - here as u64;
        self.at = if rest == 0 { then } else { more(rest) };
        &bytes[here..]
    }

    fn feed_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
            // It cannot grow without end: the HTTP library closes on a head beyond its limit.
            self.line.extend_from_slice(bytes);
            return &[];
        };
        if self.line.is_empty() {
            self.end_line(&bytes[..end]);
        } else {
            let mut line = std::mem::take(&mut self.line);
            line.extend_from_slice(&bytes[..end]);
            self.end_line(&line);
        }
        &bytes[end + 1..]
    }

    fn end_line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match self.at {
            At::Head if !line.is_empty() => self.header(line),
            At::Head => self.end_head(),
            At::ChunkSize => self.chunk_size(line),
            At::Trailers if line.is_empty() => self.at = At::Head,
            _ => (),
        }
    }

    fn header(&mut self, line: &[u8]) {
        if !self.started {
            self.started = true;
            return;
        }
        if value_of(line, b"transfer-encoding").is_some() {
            self.chunked = true;
        } else if let Some(value) = value_of(line, b"content-length") {
            // One that is no number still makes a pair; alone it is refused by the HTTP library.
            self.length = Some(decimal(value).unwrap_or(u64::MAX));
        }
    }

    fn end_head(&mut self) {
        // An empty line before a request is allowed.
        if !self.started {
            return;
        }
        self.started = false;
        self.at = match (self.chunked, self.length.take()) {
            (true, Some(_)) => {
                self.smuggled = true;
                At::Lost
            }
            (true, None) => At::ChunkSize,
            (false, None | Some(0)) => At::Head,
            (false, Some(length)) => At::Body(length),
        };
        self.chunked = false;
    }

    fn chunk_size(&mut self, line: &[u8]) {
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let text: String = digits.map(|&byte| char::from(byte)).collect();
        self.at = match u64::from_str_radix(&text, 16) {
            Ok(0) => At::Trailers,
            // The two bytes are the end of the line after the chunk.
            Ok(size) => size.checked_add(2).map_or(At::Lost, At::Chunk),
            Err(_) => At::Lost,
        };
    }
}

/// The value of a header's line, if the header has that (lower-case) name.
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    let value = value.strip_prefix(b":")?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let all = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| all)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes whole, and one at a time: both must see the same.
    fn fed(bytes: &[u8]) -> Framing {
        let (mut whole, mut single) = (Framing::default(), Framing::default());
        whole.feed(bytes);
        for byte in bytes {
            single.feed(&[*byte]);
        }
        assert_eq!(format!("{whole:?}"), format!("{single:?}"));
        whole
    }

    #[test]
    fn a_pair_is_seen_in_either_order() {
        for head in [
            "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\nCONTENT-LENGTH:  4 \r\n\r\n",
            "POST / HTTP/1.1\nContent-Length: x\nTransfer-Encoding: gzip, chunked\n\n",
        ] {
            assert!(fed(head.as_bytes()).smuggled(), "{head}");
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
            let framing = fed(request.as_bytes());
            assert!(!framing.smuggled());
            assert!(!framing.in_head());
            assert_eq!(framing.at, At::Head);
        }
        let smuggled = format!("{sized}{chunked}GET / HTTP/1.1\r\n{pair}");
        assert!(fed(smuggled.as_bytes()).smuggled());
    }

    #[test]
    fn a_head_is_open_until_its_empty_line() {
        assert!(!fed(b"").in_head());
        assert!(!fed(b"\r\n\r\n").in_head());
        assert!(fed(b"G").in_head());
        assert!(fed(b"GET / HTTP/1.1\r\nHost: a\r\n").in_head());
        assert!(!fed(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").in_head());
    }

    #[test]
    fn what_is_not_http_is_given_up() {
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for size in ["zz", "", "ffffffffffffffffff"] {
            let framing = fed(format!("{chunked}{size}\r\n").as_bytes());
            assert_eq!(framing.at, At::Lost);
        }
    }
}
