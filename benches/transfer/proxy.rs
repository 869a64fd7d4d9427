//! A TCP proxy that makes the way longer.
//!
//! Every byte is on its way for half a round trip in each direction, and the first one of a
//! connection waits a whole one more, for that is what opening it costs. The width of the way is
//! limited where proxies share lines, else only by what may be on it at once.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
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
    /// After how many bytes, of both directions, a connection breaks. What is on its way then is lost.
    pub(crate) breaks: Option<u64>,
}

/// What went over a way.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    /// Bytes that were put on it, in both directions.
    pub(crate) sent: u64,
    /// How many of them never came.
    pub(crate) lost: u64,
    /// How many connections broke.
    pub(crate) breaks: u64,
}

/// A longer way to a server. It ends when it is dropped, and its connections with it.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    counts: Arc<Mutex<Counts>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Opens a port from which `server` is `round_trip` away.
    pub(crate) async fn open(server: SocketAddr, round_trip: Duration) -> io::Result<Self> {
        let reach = Reach {
            round_trip,
            lines: None,
            breaks: None,
        };
        Self::reaching(server, reach).await
    }

    /// Opens a port from which `server` is reached like this.
    pub(crate) async fn reaching(server: SocketAddr, reach: Reach) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let counts = Arc::<Mutex<Counts>>::default();
        let counting = counts.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (reach, counts) = (reach.clone(), counting.clone());
                tokio::spawn(async move { connect(client, server, reach, &counts).await });
            }
        });
        Ok(Self {
            address,
            counts,
            accepting,
        })
    }

    /// Returns what went over it so far.
    pub(crate) fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connect(
    mut client: TcpStream,
    server: SocketAddr,
    reach: Reach,
    counts: &Mutex<Counts>,
) -> io::Result<()> {
    let Reach {
        round_trip,
        lines,
        breaks,
    } = reach;
    let opened = Instant::now() + round_trip;
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let half = round_trip / 2;
    let [there, back] = lines.map_or([None, None], |lines| lines.map(Some));
    let (sent, arrived) = (AtomicU64::new(0), AtomicU64::new(0));
    let direction = |line| Direction {
        delay: half,
        opened,
        line,
        breaks,
        sent: &sent,
        arrived: &arrived,
        counts,
    };
    let carried = {
        let (client_reads, client_writes) = client.split();
        let (server_reads, server_writes) = server.split();
        tokio::try_join!(
            carry(client_reads, server_writes, direction(there)),
            carry(server_reads, client_writes, direction(back)),
        )
    };
    let (sent, arrived) = (sent.into_inner(), arrived.into_inner());
    let is_broken = breaks.is_some_and(|most| sent >= most);
    if is_broken {
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.lost += sent - arrived;
        counts.breaks += 1;
        drop(counts);
        client.set_zero_linger()?;
        server.set_zero_linger()?;
    }
    carried.map(|_| ())
}

/// One direction of one connection.
struct Direction<'a> {
    delay: Duration,
    opened: Instant,
    line: Option<Arc<Line>>,
    breaks: Option<u64>,
    /// What was put on the way and what came, of both directions.
    sent: &'a AtomicU64,
    arrived: &'a AtomicU64,
    counts: &'a Mutex<Counts>,
}

impl Direction<'_> {
    fn count(&self, length: usize) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.sent += length as u64;
    }
}

async fn carry(from: ReadHalf<'_>, to: WriteHalf<'_>, direction: Direction<'_>) -> io::Result<()> {
    let (way, arrivals) = mpsc::channel(PIECES);
    let arrived = direction.arrived;
    tokio::try_join!(depart(from, way, direction), arrive(to, arrivals, arrived))?;
    Ok(())
}

async fn depart(
    mut from: ReadHalf<'_>,
    way: mpsc::Sender<(Instant, Vec<u8>)>,
    direction: Direction<'_>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await?;
        let mut left = Instant::now().max(direction.opened);
        if let Some(line) = &direction.line {
            left = left.max(line.send(u32::try_from(length).unwrap_or(u32::MAX)));
            sleep_until(left).await;
        }
        let sent = direction.sent.fetch_add(length as u64, Ordering::Relaxed) + length as u64;
        direction.count(length);
        if direction.breaks.is_some_and(|most| sent >= most) {
            return Err(io::ErrorKind::ConnectionReset.into());
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
    mut to: WriteHalf<'_>,
    mut way: mpsc::Receiver<(Instant, Vec<u8>)>,
    arrived: &AtomicU64,
) -> io::Result<()> {
    while let Some((due, piece)) = way.recv().await {
        sleep_until(due).await;
        if piece.is_empty() {
            break;
        }
        to.write_all(&piece).await?;
        arrived.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
    to.shutdown().await
}
