//! A stream whose caller must keep pace: a head that has begun ends in time, an idle connection is
//! not kept for ever, and whoever gets a response reads it. What cannot stand in a request's target
//! is encoded on the way.

use super::limits::ConnectionLimits;
use super::places::{Phase, Place};
use super::target::Targets;
use bytes::{Buf, Bytes};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

/// The stream of one connection.
pub(crate) struct Paced {
    stream: TcpStream,
    place: Arc<Place>,
    head: Duration,
    idle: Duration,
    write: Duration,
    /// The phase for which `reading` was set.
    timed: Phase,
    reading: Pin<Box<Sleep>>,
    /// Whether `writing` runs: the caller has room for nothing more.
    stalled: bool,
    writing: Pin<Box<Sleep>>,
    targets: Targets,
    /// What came and was not read yet, since it grew longer than there was room.
    more: Bytes,
}

impl Paced {
    /// The time for the first head runs from now.
    pub(crate) fn new(stream: TcpStream, place: Arc<Place>, limits: &ConnectionLimits) -> Self {
        Self {
            stream,
            place,
            head: limits.header_timeout,
            idle: limits.idle_timeout,
            write: limits.write_timeout,
            timed: Phase::Head,
            reading: Box::pin(sleep(limits.header_timeout)),
            stalled: false,
            writing: Box::pin(sleep(limits.write_timeout)),
            targets: Targets::new(),
            more: Bytes::new(),
        }
    }

    /// Fails if a caller that sends nothing was waited for long enough.
    fn awaited(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.timed == Phase::Busy {
            return Poll::Pending;
        }
        self.reading.as_mut().poll(cx).map(|()| Err(late()))
    }

    fn time(&mut self, phase: Phase) {
        self.timed = phase;
        match phase {
            Phase::Idle => reset(&mut self.reading, self.idle),
            Phase::Head => reset(&mut self.reading, self.head),
            Phase::Busy => {}
        }
    }

    /// Passes the outcome of writing on, unless the caller has read nothing for too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = false;
            return outcome;
        }
        if !self.stalled {
            self.stalled = true;
            reset(&mut self.writing, self.write);
        }
        self.writing.as_mut().poll(cx).map(|()| Err(late()))
    }
}

fn late() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

/// A time that is too far away to be written is one that does not come.
fn reset(timer: &mut Pin<Box<Sleep>>, after: Duration) {
    match Instant::now().checked_add(after) {
        Some(until) => timer.as_mut().reset(until),
        None => *timer = Box::pin(sleep(after)),
    }
}

impl Paced {
    /// Reads what came, as it came.
    fn receive(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let phase = self.place.phase();
        if phase != self.timed {
            self.time(phase);
        }
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.awaited(cx),
            Poll::Ready(read) => {
                if phase == Phase::Idle && buffer.filled().len() > before {
                    self.place.head();
                    self.time(Phase::Head);
                }
                Poll::Ready(read)
            }
        }
    }

    /// Hands on as much of what waits as there is room for.
    fn hand_on(&mut self, buffer: &mut ReadBuf<'_>) {
        let fits = self.more.split_to(self.more.len().min(buffer.remaining()));
        buffer.put_slice(&fits);
    }
}

impl AsyncRead for Paced {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        while !self.more.has_remaining() {
            ready!(self.receive(cx, buffer))?;
            let came = buffer.filled().get(before..).unwrap_or_default();
            let Some(mended) = self.targets.follow(came) else {
                return Poll::Ready(Ok(()));
            };
            self.more = mended.into();
            buffer.set_filled(before);
        }
        self.hand_on(buffer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
