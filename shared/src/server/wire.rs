//! A connection's bytes: those that were read to judge it come first, and each that the client takes is told.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use super::traffic::Traffic;

/// What a client of HTTP/2 says first; the head of its settings follows.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const OPENING_BYTES: usize = PREFACE.len() + 9;
/// Where the kind of the first frame stands, and the kind that it has to be.
const KIND: usize = PREFACE.len() + 3;
const SETTINGS: u8 = 4;

/// A connection on which a client has spoken.
pub(super) struct Wire<IO> {
    io: IO,
    opening: [u8; OPENING_BYTES],
    read: usize,
    traffic: Traffic,
}

impl<IO: AsyncRead + Unpin> Wire<IO> {
    /// Hears what the client says first: the memory that HTTP/2 needs is taken only then.
    pub(super) async fn open(mut io: IO, traffic: Traffic) -> io::Result<Self> {
        let mut opening = [0; OPENING_BYTES];
        let (preface, settings) = opening.split_at_mut(PREFACE.len());
        io.read_exact(preface).await?;
        if preface != PREFACE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        io.read_exact(settings).await?;
        if opening[KIND] != SETTINGS {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self { io, opening, read: 0, traffic })
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Wire<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read == OPENING_BYTES {
            return Pin::new(&mut self.io).poll_read(context, buffer);
        }
        let end = OPENING_BYTES.min(self.read + buffer.remaining());
        buffer.put_slice(&self.opening[self.read..end]);
        self.read = end;
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> Wire<IO> {
    fn tell(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.traffic.moved();
        }
        written
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Wire<IO> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.tell(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.tell(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
