//! A TCP proxy that makes the way longer.
//!
//! Every byte is on its way for half a round trip in each direction, and the first one of a
//! connection waits a whole one more, for that is what opening it costs. The width of the way is
//! not limited, but for what may be on it at once.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// Bytes that are read at once, and how many such pieces are on the way: 16 MiB a direction.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 256;

/// A longer way to a server. It ends when it is dropped, and its connections with it.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Opens a port from which `server` is `round_trip` away.
    pub(crate) async fn open(server: SocketAddr, round_trip: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, server, round_trip));
            }
        });
        Ok(Self { address, accepting })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connect(client: TcpStream, server: SocketAddr, round_trip: Duration) -> io::Result<()> {
    let opened = Instant::now() + round_trip;
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    let half = round_trip / 2;
    tokio::try_join!(
        carry(client_reads, server_writes, half, opened),
        carry(server_reads, client_writes, half, opened),
    )?;
    Ok(())
}

async fn carry(
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    delay: Duration,
    opened: Instant,
) -> io::Result<()> {
    let (way, arrivals) = mpsc::channel(PIECES);
    tokio::try_join!(depart(from, way, delay, opened), arrive(to, arrivals))?;
    Ok(())
}

async fn depart(
    mut from: OwnedReadHalf,
    way: mpsc::Sender<(Instant, Vec<u8>)>,
    delay: Duration,
    opened: Instant,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await?;
        let due = Instant::now().max(opened) + delay;
        // A piece of no bytes says that no more come.
        let sent = way.send((due, piece[..length].to_vec())).await;
        if length == 0 || sent.is_err() {
            return Ok(());
        }
    }
}

async fn arrive(
    mut to: OwnedWriteHalf,
    mut way: mpsc::Receiver<(Instant, Vec<u8>)>,
) -> io::Result<()> {
    while let Some((due, piece)) = way.recv().await {
        sleep_until(due).await;
        if piece.is_empty() {
            break;
        }
        to.write_all(&piece).await?;
    }
    to.shutdown().await
}
