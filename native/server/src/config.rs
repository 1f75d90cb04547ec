//! What a server may be asked for, and the bounds that come of it.

use roundtrip_core::server as core;
use roundtrip_core::{Error, error::within};
use rustler::NifStruct;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Rust's share of the options, as Elixir spells them: bytes, milliseconds, counts.
#[derive(NifStruct, Default)]
#[module = "Roundtrip.Server.Config"]
pub struct Config {
    host: String,
    port: i64,
    workers: i64,
    max_body: i64,
    max_headers: i64,
    max_connections: i64,
    max_in_flight: i64,
    header_timeout: i64,
    body_timeout: i64,
    idle_timeout: i64,
    write_timeout: i64,
    deadline: i64,
    answer_in_rust: bool,
}

/// The same, checked.
#[derive(Clone)]
pub struct Limits {
    pub address: SocketAddr,
    pub workers: usize,
    pub max_body: usize,
    pub max_headers: usize,
    pub max_connections: usize,
    pub max_in_flight: usize,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    pub idle_timeout: Duration,
    pub write_timeout: Duration,
    pub deadline: Duration,
    pub answer_in_rust: bool,
}

/// Why a configuration was refused; it names the field.
pub enum Refused {
    /// A number is out of its range.
    Number(Error),
    /// The host is no address of this machine's kind.
    Host(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Number(error)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refused::Number(error) => error.fmt(f),
            Refused::Host(host) => {
                write!(f, "host must be an IP address or localhost, not {host:?}")
            }
        }
    }
}

impl Config {
    /// Checks each field.
    pub fn limits(self) -> Result<Limits, Refused> {
        let port = within("port", self.port, 0, 65_535)?;
        let port = u16::try_from(port).unwrap_or_default();
        Ok(Limits {
            address: SocketAddr::new(ip(self.host)?, port),
            workers: core::limit("workers", self.workers, 1, 1_024)?,
            max_body: core::limit("max_body", self.max_body, 0, core::LARGEST_BODY)?,
            max_headers: core::limit("max_headers", self.max_headers, 256, 1_048_576)?,
            max_connections: core::limit("max_connections", self.max_connections, 1, 1_000_000)?,
            max_in_flight: core::limit("max_in_flight", self.max_in_flight, 1, 1_000_000)?,
            header_timeout: core::timeout("header_timeout", self.header_timeout)?,
            body_timeout: core::timeout("body_timeout", self.body_timeout)?,
            idle_timeout: core::timeout("idle_timeout", self.idle_timeout)?,
            write_timeout: core::timeout("write_timeout", self.write_timeout)?,
            deadline: core::timeout("deadline", self.deadline)?,
            answer_in_rust: self.answer_in_rust,
        })
    }
}

// No name is looked up: that may take seconds, and may give another address each time.
fn ip(host: String) -> Result<IpAddr, Refused> {
    if host == "localhost" {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    host.parse().map_err(|_| Refused::Host(host))
}
