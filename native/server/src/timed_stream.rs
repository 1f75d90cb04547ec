//! The socket of a connection, with the limits on time and on request lines that hyper lacks.

use crate::connection_state::{ConnectionState, Stage};
use crate::rejection::{BAD_TARGET, HEAD_TIMEOUT, TARGET_TOO_LONG};
use crate::shared::Shared;
use bytes::Bytes;
use roundtrip_core::server::{RequestHead, RequestHeadError};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a rejected client may take to stop sending, so that the response reaches it.
const LINGER: Duration = Duration::from_secs(1);

/// The longest time between two checks, for a server without timeouts.
const MAX_TICK: Duration = Duration::from_secs(60);

/// How many bytes of a response a client must read in each `write_timeout`, on average.
const BYTES_PER_WRITE_TIMEOUT: u32 = 8 << 20;

/// A socket whose reads and writes have time limits.
///
/// A limit may be noticed late, by a quarter of the shortest one. One timer per connection checks
/// them all now and then, because setting a timer for every request lowers the throughput
/// (bench/server/load.exs).
pub(crate) struct TimedStream {
    stream: TcpStream,
    state: Arc<ConnectionState>,
    shared: Arc<Shared>,
    head: RequestHead,
    /// What was read after the end of a head or a body. hyper gets it when it asks for more, so that it
    /// parses no head that `track` hasn't seen.
    held_back: Bytes,
    /// When the stage began.
    since: Instant,
    /// When the client stopped reading, if a write is waiting for it. What it reads moves this on.
    blocked_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    /// How often the timer fires.
    tick: Duration,
    is_at_eof: bool,
    is_rejected: bool,
    is_lingering: bool,
}

impl TimedStream {
    /// Wraps a socket that has just been accepted.
    pub(crate) fn new(stream: TcpStream, state: Arc<ConnectionState>, shared: Arc<Shared>) -> Self {
        let since = Instant::now();
        let tick = shared.settings.shortest_timeout() / 4;
        let tick = tick.clamp(Duration::from_millis(1), MAX_TICK);
        TimedStream {
            stream,
            state,
            shared,
            head: RequestHead::default(),
            held_back: Bytes::new(),
            since,
            blocked_since: None,
            timer: Box::pin(sleep_until(since + tick)),
            tick,
            is_at_eof: false,
            is_rejected: false,
            is_lingering: false,
        }
    }

    /// Reads, but not beyond the end of a head or a body. Returns the response if the request must be
    /// rejected.
    fn poll_read_part(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Result<(), &'static [u8]>>> {
        if !self.held_back.is_empty() {
            let mut read = self.held_back.clone();
            read.truncate(buffer.remaining());
            let tracked = self.track(&read);
            return Poll::Ready(Ok(
                tracked.map(|part| buffer.put_slice(&self.held_back.split_to(part)))
            ));
        }
        let filled = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = &buffer.filled()[filled..];
        self.is_at_eof = read.is_empty();
        let tracked = self.track(read);
        if let Ok(part) = tracked {
            self.held_back = Bytes::copy_from_slice(&read[part..]);
            buffer.set_filled(filled + part);
        }
        Poll::Ready(Ok(tracked.map(drop)))
    }

    /// Takes note of what was read, and returns how much of it belongs to the current head or body. Fails
    /// with the response if the request must be rejected.
    fn track(&mut self, bytes: &[u8]) -> Result<usize, &'static [u8]> {
        if self.state.must_close.is_set() {
            return Ok(bytes.len());
        }
        let mut skipped = 0;
        match self.state.stage() {
            Stage::New | Stage::Idle => {
                // RFC 9112 allows empty lines before a request.
                skipped = bytes.len() - bytes.trim_ascii_start().len();
                if skipped == bytes.len() {
                    return Ok(skipped);
                }
                self.state.set_stage(Stage::ReadingHead);
                self.head = RequestHead::default();
            }
            Stage::ReadingHead => (),
            Stage::ReadingBody | Stage::WaitingForHandler => {
                return Ok(self.state.take_body(bytes.len()));
            }
        }
        let max = self.shared.settings.max_headers;
        match self.head.feed(&bytes[skipped..], max) {
            Ok(part) => Ok(skipped + part),
            Err(RequestHeadError::TooLong) => Err(TARGET_TOO_LONG),
            Err(RequestHeadError::Fragment) => Err(BAD_TARGET),
        }
    }

    /// Is ready when the current stage has taken longer than its limit.
    fn poll_stage_limit(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.state.take_stage_changed() {
            self.since = Instant::now();
            self.blocked_since = None;
        }
        let settings = &self.shared.settings;
        let limit = match self.state.stage() {
            Stage::New | Stage::ReadingHead => settings.header_timeout,
            Stage::Idle => settings.idle_timeout,
            Stage::ReadingBody => settings.body_timeout,
            Stage::WaitingForHandler => return Poll::Pending,
        };
        self.poll_limit(self.since, limit, cx)
    }

    /// Is ready when the limit has passed.
    fn poll_limit(&mut self, since: Instant, limit: Duration, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let now = Instant::now();
            let left = limit.saturating_sub(now - since);
            if left.is_zero() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(now + left.min(self.tick));
        }
    }

    /// Limits how long a response waits for the client: `write_timeout` more than the client has earned
    /// by reading.
    fn poll_write_limit(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let timeout = self.shared.settings.write_timeout;
        if let Poll::Ready(written) = poll {
            if let (Some(since), Ok(bytes)) = (self.blocked_since, &written) {
                let bytes = u32::try_from(*bytes).unwrap_or(u32::MAX);
                let since = since + timeout * bytes / BYTES_PER_WRITE_TIMEOUT;
                self.blocked_since = Some(since).filter(|since| *since < Instant::now());
            }
            return Poll::Ready(written);
        }
        let since = *self.blocked_since.get_or_insert_with(Instant::now);
        ready!(self.poll_limit(since, timeout, cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Fails when the client has reset the connection, which hyper doesn't notice while a handler
    /// works. A client that has only stopped sending still gets its response.
    fn poll_reset(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.blocked_since = None;
        let mut byte = [0];
        let mut byte = ReadBuf::new(&mut byte);
        if self.stream.poll_peek(cx, &mut byte)?.is_pending() {
            return Ok(());
        }
        // Unread input or its end hides a reset, so the socket is asked now and then.
        while self.timer.as_mut().poll(cx).is_ready() {
            self.timer.as_mut().reset(Instant::now() + self.tick);
        }
        self.stream.take_error()?.map_or(Ok(()), Err)
    }

    /// Responds once in place of hyper, and fails as soon as the client has had time to read it.
    fn poll_reject(&mut self, response: &[u8], cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !std::mem::replace(&mut self.is_rejected, true) {
            // A client that sends slowly may not read either, so only what the socket takes without
            // waiting is written.
            let _ = self.stream.try_write(response);
            self.state.must_close.set();
        }
        ready!(Pin::new(self).poll_shutdown(cx))?;
        Poll::Ready(Err(io::ErrorKind::InvalidData.into()))
    }

    /// Reads and discards input until the client closes its side, or for [`LINGER`] at most.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let lingers = self.state.must_close.is_set() || self.state.stage() == Stage::ReadingHead;
        if lingers {
            if !std::mem::replace(&mut self.is_lingering, true) {
                self.timer.as_mut().reset(Instant::now() + LINGER);
            }
            // Polled before reading: tokio lets a task do only so much at once, and a client that
            // sends fast would leave nothing for the timer.
            if self.timer.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
        }
        let mut bytes = [0; 4_096];
        while !self.is_at_eof {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => (),
                Poll::Pending if lingers => return Poll::Pending,
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for TimedStream {
    /// Is called for a head or a body only, because the connection allows a half-close.
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_rejected {
            return this.poll_reject(b"", cx);
        }
        // A limit that is checked only when a read has to wait would not stop a client that sends fast,
        // such as one whose chunk size has endless zeros. The size of a head is limited.
        let may_read =
            this.state.stage() != Stage::ReadingBody || this.poll_stage_limit(cx).is_pending();
        if may_read && let Poll::Ready(read) = this.poll_read_part(cx, buffer) {
            return match read? {
                Err(response) => {
                    this.shared.counters.count_malformed();
                    this.poll_reject(response, cx)
                }
                Ok(()) => Poll::Ready(Ok(())),
            };
        }
        ready!(this.poll_stage_limit(cx));
        match this.state.stage() {
            Stage::ReadingHead => this.poll_reject(HEAD_TIMEOUT, cx),
            Stage::ReadingBody => {
                this.state.body_timed_out.set();
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            // Reading nothing tells hyper to close an idle connection as if the client had closed it.
            _ => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.poll_write_limit(cx, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.poll_write_limit(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Is called each time hyper makes no more progress.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.state.stage() == Stage::WaitingForHandler {
            this.poll_reset(cx)?;
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        this.poll_drain(cx).map(Ok)
    }
}
