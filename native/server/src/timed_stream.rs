//! The socket of a connection, with the time limits and the request tracking that hyper lacks.

use crate::connection_state::{ConnectionState, Stage};
use crate::rejection::HEAD_TIMEOUT;
use crate::shared::Shared;
use roundtrip_core::server::FramingTracker;
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

/// What a connection waits for. Each but the last has a time limit here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Head,
    Body,
    Idle,
    Handler,
}

/// A socket whose reads and writes have time limits.
///
/// A limit may be noticed late, by a quarter of the shortest one. One timer per connection checks
/// them all now and then, because setting a timer for every request lowers the throughput
/// (bench/server/load.exs).
pub(crate) struct TimedStream {
    stream: TcpStream,
    state: Arc<ConnectionState>,
    shared: Arc<Shared>,
    framing: FramingTracker,
    phase: Phase,
    /// When the phase began.
    since: Instant,
    /// When the client stopped reading, if a write is waiting for it.
    blocked_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    /// How often the timer fires.
    tick: Duration,
    is_at_eof: bool,
    is_lingering: bool,
}

impl TimedStream {
    /// Wraps a socket that has just been accepted.
    pub(crate) fn new(stream: TcpStream, state: Arc<ConnectionState>, shared: Arc<Shared>) -> Self {
        let since = Instant::now();
        let tick = shared.settings.shortest_timeout() / 4;
        let tick = tick.max(Duration::from_millis(1));
        TimedStream {
            stream,
            state,
            shared,
            framing: FramingTracker::default(),
            phase: Phase::Head,
            since,
            blocked_since: None,
            timer: Box::pin(sleep_until(since + tick)),
            tick,
            is_at_eof: false,
            is_lingering: false,
        }
    }

    fn enter(&mut self, phase: Phase) {
        if self.state.take_stage_changed() || self.phase != phase {
            self.phase = phase;
            // This phase has no limit, and every request enters it, so the clock is not read.
            if phase != Phase::Handler {
                self.since = Instant::now();
            }
        }
    }

    /// Returns what a read waits for.
    fn read_phase(&self) -> Phase {
        if self.state.is_at(Stage::WaitingForHandler) {
            Phase::Handler
        } else if self.state.is_at(Stage::ReadingBody) {
            Phase::Body
        } else if self.framing.is_in_head() || self.phase == Phase::Head {
            // A new connection waits for a head even before its first byte.
            Phase::Head
        } else {
            Phase::Idle
        }
    }

    /// Is ready when the current phase has taken longer than its limit.
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let settings = &self.shared.settings;
        let (since, limit) = match (self.blocked_since, self.phase) {
            (Some(since), _) => (since, settings.write_timeout),
            (None, Phase::Head) => (self.since, settings.header_timeout),
            (None, Phase::Body) => (self.since, settings.body_timeout),
            (None, Phase::Idle) => (self.since, settings.idle_timeout),
            (None, Phase::Handler) => (self.since, Duration::MAX),
        };
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

    /// Returns whether the client has reset the connection.
    ///
    /// Behind a request that is being answered hyper reads only until it has a byte of the next.
    fn is_reset(&self, cx: &mut Context<'_>) -> bool {
        let has_news = self.stream.poll_read_ready(cx).is_ready();
        has_news && matches!(self.stream.take_error(), Ok(Some(_)) | Err(_))
    }

    /// Takes note of what was read.
    fn track(&mut self, bytes: &[u8]) {
        self.is_at_eof = bytes.is_empty();
        self.framing.feed(bytes);
        if self.framing.is_ambiguous() {
            self.state.is_ambiguous.set();
        }
        if !self.framing.is_in_head() && self.phase == Phase::Head {
            // The first head is complete, and the service decides what comes next.
            self.phase = Phase::Handler;
        }
    }

    /// Settings how long a write may wait for the client to read.
    fn poll_write_limit<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            if self.blocked_since.take().is_some() {
                // A client that reads a large response slowly was not idle meanwhile.
                self.since = Instant::now();
            }
            return poll;
        }
        self.blocked_since.get_or_insert_with(Instant::now);
        ready!(self.poll_limit(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads and discards input until the client closes its side, or for [`LINGER`] at most.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let lingers = self.state.has_unread_input.is_set() || self.framing.is_in_head();
        let mut bytes = [0; 4_096];
        while !self.is_at_eof {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => (),
                Poll::Pending if lingers => {
                    if !std::mem::replace(&mut self.is_lingering, true) {
                        self.timer.as_mut().reset(Instant::now() + LINGER);
                    }
                    return self.timer.as_mut().poll(cx);
                }
                _ => return Poll::Ready(()),
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let filled = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            this.track(&buffer.filled()[filled..]);
            return Poll::Ready(read);
        }
        let phase = this.read_phase();
        this.enter(phase);
        ready!(this.poll_limit(cx));
        if phase == Phase::Body {
            this.state.body_timed_out.set();
        }
        if this.blocked_since.is_some() || phase == Phase::Body {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if this.framing.is_in_head() {
            // A client that sends this slowly may not read either, so only what the socket takes
            // without waiting is written.
            let _ = this.stream.try_write(HEAD_TIMEOUT);
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        // Reading nothing tells hyper to close an idle connection as if the client had closed it.
        Poll::Ready(Ok(()))
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

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // hyper flushes whenever it runs, but after a response it doesn't read again if the last read
        // is still waiting. The clock of the next phase is therefore started here.
        if !this.is_lingering {
            let phase = this.read_phase();
            this.enter(phase);
            let _ = this.poll_limit(cx);
            if phase == Phase::Handler && this.is_reset(cx) {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        this.poll_drain(cx).map(Ok)
    }
}
