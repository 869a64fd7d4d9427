//! A connection as the HTTP library reads and writes it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::trickle::Reads;

/// A connection to a host, and how often something came over it.
pub(super) struct Stream {
    pub(super) wire: Wire,
    pub(super) reads: Reads,
}

/// A connection to a host, or to what a proxy made of it.
pub(super) enum Wire {
    Straight(TokioIo<TcpStream>),
    Proxied {
        /// In a box, since few connections are this large.
        stream: Box<MaybeHttpsStream<TokioIo<TcpStream>>>,
        /// Whether the proxy reads the requests, and has to be told where each one goes.
        forwards: bool,
    },
}

trait Duplex: Read + Write + Unpin {}

impl<T: Read + Write + Unpin> Duplex for T {}

impl Stream {
    fn io(&self) -> &dyn Duplex {
        match &self.wire {
            Wire::Straight(stream) => stream,
            Wire::Proxied { stream, .. } => &**stream,
        }
    }

    fn io_mut(&mut self) -> Pin<&mut dyn Duplex> {
        match &mut self.wire {
            Wire::Straight(stream) => Pin::new(stream),
            Wire::Proxied { stream, .. } => Pin::new(&mut **stream),
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = match &self.wire {
            Wire::Straight(stream) => stream.connected(),
            Wire::Proxied { stream, forwards } => stream.connected().proxy(*forwards),
        };
        connected.extra(self.reads.clone())
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.io_mut().poll_read(context, buffer);
        if read.is_ready() {
            self.reads.note();
        }
        read
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io_mut().poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io().is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.io_mut().poll_write_vectored(context, slices)
    }
}
