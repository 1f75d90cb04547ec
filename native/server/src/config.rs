//! The configuration of a server: decoded from Elixir, then parsed once into [`Settings`].

use crate::error::Error;
use roundtrip_core::bounded;
use roundtrip_core::server::parse_timeout;
use rustler::{NifStruct, NifUnitEnum, NifUntaggedEnum};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A time in milliseconds, or the atom `:infinity`.
#[derive(NifUntaggedEnum)]
pub(crate) enum Timeout {
    Milliseconds(i64),
    Never(Infinity),
}

#[derive(NifUnitEnum)]
pub(crate) enum Infinity {
    Infinity,
}

impl Timeout {
    /// Parses a time of at least `min` milliseconds. The error names `field`.
    pub(crate) fn parse(&self, field: &'static str, min: u64) -> Result<Duration, Error> {
        let milliseconds = match self {
            Timeout::Milliseconds(milliseconds) => Some(*milliseconds),
            Timeout::Never(_) => None,
        };
        Ok(parse_timeout(field, milliseconds, min)?)
    }
}

impl Default for Timeout {
    fn default() -> Self {
        Timeout::Milliseconds(1)
    }
}

/// The options for Rust as Elixir sends them. Sizes are in bytes and times in milliseconds.
#[derive(NifStruct, Default)]
#[module = "Roundtrip.Server.Config"]
pub(crate) struct Config {
    ip: String,
    port: i64,
    workers: i64,
    max_body: i64,
    max_body_total: i64,
    max_headers: i64,
    max_connections: i64,
    max_in_flight: i64,
    header_timeout: Timeout,
    body_timeout: Timeout,
    idle_timeout: Timeout,
    write_timeout: Timeout,
    deadline: Timeout,
    answer_in_rust: bool,
}

impl Config {
    /// Returns a configuration whose numbers are all as small as they may be.
    pub(crate) fn smallest() -> Self {
        Config {
            ip: "::".into(),
            workers: 1,
            max_headers: 256,
            max_connections: 1,
            max_in_flight: 1,
            ..Config::default()
        }
    }
}

/// The options as the server uses them.
pub(crate) struct Settings {
    pub(crate) address: SocketAddr,
    pub(crate) workers: usize,
    pub(crate) max_body: usize,
    pub(crate) max_body_total: usize,
    pub(crate) max_headers: usize,
    pub(crate) max_connections: u32,
    pub(crate) max_in_flight: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) answer_in_rust: bool,
}

impl Settings {
    /// Returns the shortest of the timeouts that apply to a connection's socket.
    pub(crate) fn shortest_timeout(&self) -> Duration {
        self.header_timeout
            .min(self.body_timeout)
            .min(self.idle_timeout)
            .min(self.write_timeout)
    }
}

impl TryFrom<Config> for Settings {
    type Error = Error;

    /// Parses each field. The error names the field that is out of range.
    fn try_from(config: Config) -> Result<Self, Error> {
        let ip: IpAddr = config.ip.parse().map_err(|_| Error::Ip(config.ip))?;
        let port = bounded::parse("port", config.port, 0..=65_535)?;
        Ok(Settings {
            address: SocketAddr::new(ip, port),
            workers: bounded::parse("workers", config.workers, 1..=1_024)?,
            max_body: bounded::parse("max_body", config.max_body, 0..=1 << 30)?,
            max_body_total: bounded::parse("max_body_total", config.max_body_total, 0..=1 << 40)?,
            max_headers: bounded::parse("max_headers", config.max_headers, 256..=1 << 20)?,
            max_connections: bounded::parse(
                "max_connections",
                config.max_connections,
                1..=1_000_000,
            )?,
            max_in_flight: bounded::parse("max_in_flight", config.max_in_flight, 1..=1_000_000)?,
            header_timeout: config.header_timeout.parse("header_timeout", 1)?,
            body_timeout: config.body_timeout.parse("body_timeout", 1)?,
            idle_timeout: config.idle_timeout.parse("idle_timeout", 1)?,
            write_timeout: config.write_timeout.parse("write_timeout", 1)?,
            deadline: config.deadline.parse("deadline", 1)?,
            answer_in_rust: config.answer_in_rust,
        })
    }
}
