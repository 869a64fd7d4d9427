//! A TCP proxy that makes the way longer.
//!
//! Every byte is on its way for half a round trip in each direction, and the first one of a
//! connection waits a whole one more, for that is what opening it costs. The width of the way is
//! limited where proxies share lines, else only by what may be on it at once.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
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

/// A line in one direction, which all connections share that it is given to.
pub(crate) struct Line {
    bytes_a_second: f64,
    /// When all that was sent has left.
    free: Mutex<Instant>,
}

impl Line {
    pub(crate) fn new(megabits: u32) -> Arc<Self> {
        let bytes_a_second = f64::from(megabits) * 1e6 / 8.0;
        let free = Mutex::new(Instant::now());
        Arc::new(Self {
            bytes_a_second,
            free,
        })
    }

    /// Sends so many bytes; returns when they have left.
    fn send(&self, bytes: u32) -> Instant {
        let takes = Duration::from_secs_f64(f64::from(bytes) / self.bytes_a_second);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = Instant::now().max(*free) + takes;
        *free
    }
}

/// What a way is like: how long, and if it is thin, the lines to the server and back.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) round_trip: Duration,
    pub(crate) lines: Option<[Arc<Line>; 2]>,
}

/// A longer way to a server. It ends when it is dropped, and its connections with it.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Opens a port from which `server` is `round_trip` away.
    pub(crate) async fn open(server: SocketAddr, round_trip: Duration) -> io::Result<Self> {
        let lines = None;
        Self::reaching(server, Reach { round_trip, lines }).await
    }

    /// Opens a port from which `server` is reached like this.
    pub(crate) async fn reaching(server: SocketAddr, reach: Reach) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, server, reach.clone()));
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

async fn connect(client: TcpStream, server: SocketAddr, reach: Reach) -> io::Result<()> {
    let Reach { round_trip, lines } = reach;
    let opened = Instant::now() + round_trip;
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    let half = round_trip / 2;
    let [there, back] = lines.map_or([None, None], |lines| lines.map(Some));
    let direction = |line| Direction {
        delay: half,
        opened,
        line,
    };
    tokio::try_join!(
        carry(client_reads, server_writes, direction(there)),
        carry(server_reads, client_writes, direction(back)),
    )?;
    Ok(())
}

/// One direction of one connection.
struct Direction {
    delay: Duration,
    opened: Instant,
    line: Option<Arc<Line>>,
}

async fn carry(from: OwnedReadHalf, to: OwnedWriteHalf, direction: Direction) -> io::Result<()> {
    let (way, arrivals) = mpsc::channel(PIECES);
    tokio::try_join!(depart(from, way, direction), arrive(to, arrivals))?;
    Ok(())
}

async fn depart(
    mut from: OwnedReadHalf,
    way: mpsc::Sender<(Instant, Vec<u8>)>,
    direction: Direction,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await?;
        let mut left = Instant::now().max(direction.opened);
        if let Some(line) = &direction.line {
            left = left.max(line.send(u32::try_from(length).unwrap_or(u32::MAX)));
            sleep_until(left).await;
        }
        // A piece of no bytes says that no more come.
        let sent = way
            .send((left + direction.delay, piece[..length].to_vec()))
            .await;
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
