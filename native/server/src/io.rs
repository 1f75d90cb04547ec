//! A connection's socket, which watches time and framing for hyper.

use crate::config::Limits;
use crate::refusal::HEAD_TIMEOUT;
use roundtrip_core::server::Framing;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a refused client may take to stop sending, so that the answer reaches it.
const LINGER: Duration = Duration::from_secs(1);

/// What a connection's service does.
#[derive(Clone, Copy)]
pub enum Stage {
    /// It waits for a request.
    Idle,
    /// It reads a body.
    Body,
    /// It waits for the answer, which has a limit of its own.
    Busy,
}

/// What a connection's socket and its service tell each other; one task runs both.
#[derive(Default)]
pub struct Wire {
    stage: AtomicU8,
    /// The stage was entered anew, so that its time begins anew too.
    entered: AtomicBool,
    body_timed_out: AtomicBool,
    smuggled: AtomicBool,
    unread: AtomicBool,
}

impl Wire {
    /// What the service does now.
    pub fn set_stage(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
        self.entered.store(true, Ordering::Relaxed);
    }

    fn is_at(&self, stage: Stage) -> bool {
        self.stage.load(Ordering::Relaxed) == stage as u8
    }

    /// Whether a body did not come in time.
    pub fn body_timed_out(&self) -> bool {
        self.body_timed_out.load(Ordering::Relaxed)
    }

    /// A part of the request was left unread: closing at once would reset the connection, and the
    /// client would never see why it was refused.
    pub fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    /// Whether a request had both a Content-Length and a Transfer-Encoding.
    pub fn smuggled(&self) -> bool {
        self.smuggled.load(Ordering::Relaxed)
    }
}

/// What a connection waits for, each with a limit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Head,
    Body,
    Idle,
    Busy,
}

/// The socket. A limit is noticed at most a quarter of the shortest one late: one timer a
/// connection looks at the clock now and then, in place of one that is set on every request.
pub struct Timed {
    stream: TcpStream,
    wire: Arc<Wire>,
    framing: Framing,
    header: Duration,
    body: Duration,
    idle: Duration,
    write: Duration,
    phase: Phase,
    since: Instant,
    /// Since when the client takes nothing of what was written.
    blocked: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    eof: bool,
    lingers: bool,
}

impl Timed {
    /// Watches a connection from its beginning.
    pub fn new(stream: TcpStream, wire: Arc<Wire>, limits: &Limits) -> Self {
        let since = Instant::now();
        let (header, idle) = (limits.header_timeout, limits.idle_timeout);
        let (body, write) = (limits.body_timeout, limits.write_timeout);
        let mut timed = Timed {
            stream,
            wire,
            framing: Framing::default(),
            header,
            body,
            idle,
            write,
            phase: Phase::Head,
            since,
            blocked: None,
            timer: Box::pin(sleep_until(since)),
            eof: false,
            lingers: false,
        };
        let tick = timed.tick();
        timed.timer.as_mut().reset(since + tick);
        timed
    }

    fn tick(&self) -> Duration {
        let shortest = self.header.min(self.body);
        (shortest.min(self.idle).min(self.write) / 4).max(Duration::from_millis(1))
    }

    fn enter(&mut self, phase: Phase) {
        if self.wire.entered.swap(false, Ordering::Relaxed) || self.phase != phase {
            self.phase = phase;
            // What has no limit needs no clock, which every request would ask.
            if phase != Phase::Busy {
                self.since = Instant::now();
            }
        }
    }

    /// What the reader waits for now.
    fn reading(&self) -> Phase {
        if self.wire.is_at(Stage::Busy) {
            Phase::Busy
        } else if self.wire.is_at(Stage::Body) {
            Phase::Body
        } else if self.framing.in_head() {
            Phase::Head
        } else if self.phase == Phase::Head {
            // Until its first request a connection owes a head.
            self.phase
        } else {
            Phase::Idle
        }
    }

    /// Ready where the phase has taken longer than it may.
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (since, limit) = match (self.blocked, self.phase) {
            (Some(since), _) => (since, self.write),
            (None, Phase::Head) => (self.since, self.header),
            (None, Phase::Body) => (self.since, self.body),
            (None, Phase::Idle) => (self.since, self.idle),
            (None, Phase::Busy) => return Poll::Pending,
        };
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let now = Instant::now();
            let left = limit.saturating_sub(now - since);
            if left.is_zero() {
                return Poll::Ready(());
            }
            let next = now + left.min(self.tick());
            self.timer.as_mut().reset(next);
        }
    }

    fn seen(&mut self, bytes: &[u8]) {
        self.eof = bytes.is_empty();
        self.framing.feed(bytes);
        if self.framing.smuggled() {
            self.wire.smuggled.store(true, Ordering::Relaxed);
        }
        if !self.framing.in_head() && self.phase == Phase::Head {
            // The first head is whole: what follows it is the service's.
            self.phase = Phase::Busy;
        }
    }

    /// Bounds how long a write may wait for the client.
    fn poll_blocked<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            if self.blocked.take().is_some() {
                // A client that takes its time with a large answer was not idle.
                self.since = Instant::now();
            }
            return poll;
        }
        self.blocked.get_or_insert_with(Instant::now);
        ready!(self.poll_limit(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads and forgets, until the client closes too or has had its time.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let patient = self.wire.unread.load(Ordering::Relaxed) || self.framing.in_head();
        let mut bytes = [0; 4_096];
        while !self.eof {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => (),
                Poll::Pending if patient => {
                    if !std::mem::replace(&mut self.lingers, true) {
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

impl AsyncRead for Timed {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            this.seen(&buffer.filled()[before..]);
            return Poll::Ready(read);
        }
        let phase = this.reading();
        this.enter(phase);
        ready!(this.poll_limit(cx));
        if phase == Phase::Body {
            this.wire.body_timed_out.store(true, Ordering::Relaxed);
        }
        if this.blocked.is_some() || phase == Phase::Body {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if this.framing.in_head() {
            // As much as fits without waiting: who sends so slowly may not be reading either.
            let _ = this.stream.try_write(HEAD_TIMEOUT);
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        // An idle connection ends as if the client had closed it.
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Timed {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.poll_blocked(cx, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.poll_blocked(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        this.poll_drain(cx).map(Ok)
    }
}
