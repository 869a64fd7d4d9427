//! Sockets that can be reset on purpose.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::door::Door;
use super::log::{Log, Origin};

/// One of the sandbox's ports.
pub(super) struct Port {
    pub(super) door: Door,
    pub(super) origin: Origin,
    pub(super) log: Log,
}

impl Listener for Port {
    type Io = Socket;
    type Addr = Peer;

    async fn accept(&mut self) -> (Socket, Peer) {
        let stream = loop {
            match self.door.accept().await {
                Ok(stream) => break stream,
                // There are too many at the moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        // Answers are small and one at a time: waiting to fill a packet would only add delay.
        let _ = stream.set_nodelay(true);
        self.log.connected();
        let reset = Arc::new(AtomicBool::new(false));
        (
            Socket {
                stream,
                reset: reset.clone(),
                closings: self.door.closings(),
                door: self.door.clone(),
            },
            Peer {
                origin: self.origin,
                reset,
            },
        )
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer {
            origin: self.origin,
            reset: Arc::default(),
        })
    }
}

/// What a request knows of its connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) origin: Origin,
    reset: Arc<AtomicBool>,
}

impl Peer {
    /// Resets the connection as soon as anything is read from or written to it.
    pub(super) fn reset(&self) {
        self.reset.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Port>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection that ends with RST once its [`Peer`] says so, or its door is closed.
pub(super) struct Socket {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
    door: Door,
    /// How often the door was closed when this came in.
    closings: usize,
}

impl Socket {
    fn check(&self) -> io::Result<()> {
        let is_over = self.door.closings() != self.closings;
        if !is_over && !self.reset.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Closing a socket that does not linger sends RST instead of FIN.
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
