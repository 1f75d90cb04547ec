//! The part of HTTP that the first version understands.

use std::fmt::Write;
use std::io::Read;
use std::net::TcpStream;
use std::sync::Mutex;

use roundtrip_support::LiveGuard;
use rustler::ResourceArc;

use super::clean_up::Reading;
use super::{Client, Header, Request, Response};

/// The bytes that were read, and the offset at which the head ends.
type Received = (Vec<u8>, usize);

/// Reads a request. Returns `None` if the client sent something else or closed the connection.
pub(crate) fn read(mut stream: TcpStream) -> Option<Request> {
    let _reading = Reading::new(&stream);
    let received = head_of(&mut stream)?;
    let (method, path, headers) = parse(&received.0)?;
    let body = body(&mut stream, received, length(&headers));
    let client = Client {
        stream: Mutex::new(Some(stream)),
        _guard: LiveGuard::new(),
    };
    Some(Request {
        r#ref: ResourceArc::new(client),
        method,
        path,
        headers,
        body,
    })
}

fn head_of(stream: &mut TcpStream) -> Option<Received> {
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return Some((received, end + 4));
        }
        match stream.read(&mut chunk) {
            Ok(count) if count > 0 => received.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}

fn parse(received: &[u8]) -> Option<(String, String, Vec<Header>)> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut headers);
    head.parse(received).ok()?;
    let (method, path) = (head.method?.into(), head.path?.into());
    let headers = head.headers.iter().map(|header| Header {
        field: header.name.into(),
        value: String::from_utf8_lossy(header.value).into(),
    });
    Some((method, path, headers.collect()))
}

fn length(headers: &[Header]) -> usize {
    let named = |header: &&Header| header.field.eq_ignore_ascii_case("content-length");
    let length = headers.iter().find(named);
    length.map_or(0, |header| header.value.parse().unwrap_or(0))
}

/// Reads as many bytes as the client announced, however long that takes.
fn body(stream: &mut TcpStream, (received, head_end): Received, length: usize) -> String {
    let mut body = received[head_end..].to_vec();
    let missing = length.saturating_sub(body.len()) as u64;
    let _ = stream.take(missing).read_to_end(&mut body);
    String::from_utf8(body).unwrap()
}

/// Formats the head of a response.
pub(crate) fn head(response: &Response) -> String {
    let mut head = format!("HTTP/1.1 {} \r\n", response.status);
    for header in &response.headers {
        let (field, value) = (ascii(&header.field).unwrap(), ascii(&header.value).unwrap());
        let _ = write!(head, "{field}: {value}\r\n");
    }
    let length = response.body.len();
    head + &format!("content-length: {length}\r\nconnection: close\r\n\r\n")
}

fn ascii(text: &str) -> Option<&str> {
    text.is_ascii().then_some(text)
}
