//! A long way that costs no time: registries that are a round trip away by a clock that is turned by hand.
//!
//! Everything runs in one thread. While anything is on its way through a socket the clock stands; when nothing
//! is, it goes on by a step. So a run takes exactly as many round trips as its requests wait for each other.

use std::future::Future;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, advance, sleep_until};

/// What a round trip takes.
pub(super) const ROUND_TRIP: Duration = Duration::from_millis(50);
/// Half of it, less what timers are late by.
const HALF: Duration = Duration::from_millis(24);
/// How far the clock is turned at a time.
const STEP: Duration = Duration::from_millis(5);
/// How often in a row nothing may have moved before the clock is turned.
const LOOKS: usize = 4;

/// Runs something far away from its registries.
pub(super) fn far<F: Future>(work: impl FnOnce(Way) -> F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build().unwrap();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let done = runtime.block_on(async {
        // As long as such a task runs, the clock does not turn itself, which it would do too early.
        tokio::task::spawn_blocking(move || ended.recv());
        let way = Way::default();
        let clock = tokio::spawn(turn(way.clone()));
        let done = work(way).await;
        clock.abort();
        done
    });
    drop(end);
    done
}

/// Turns the clock whenever nothing moves.
async fn turn(way: Way) {
    let mut sounding = Sounding::new();
    loop {
        let mut still = 0;
        while still < LOOKS {
            let before = way.moved.load(Relaxed);
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            sounding.arrives();
            let moved = way.moved.load(Relaxed) != before;
            still = if moved { 0 } else { still + 1 };
        }
        advance(STEP).await;
    }
}

/// A byte through a socket of this machine: once it is there, so is whatever was sent before it. A busy
/// machine brings what goes through its sockets later than when it was sent.
struct Sounding {
    from: std::net::TcpStream,
    to: std::net::TcpStream,
}

impl Sounding {
    fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let from = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        from.set_nodelay(true).unwrap();
        let (to, _) = listener.accept().unwrap();
        Self { from, to }
    }

    fn arrives(&mut self) {
        self.from.write_all(&[0]).unwrap();
        self.to.read_exact(&mut [0]).unwrap();
    }
}

/// A port that leads nowhere yet.
pub(super) struct Door {
    way: Way,
    listener: TcpListener,
    pub(super) address: String,
}

impl Door {
    /// Leads to a server from now on.
    pub(super) fn lead_to(self, server: &str) -> String {
        let server: SocketAddr = server.parse().unwrap();
        let Self {
            way,
            listener,
            address,
        } = self;
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                way.note();
                tokio::spawn(way.clone().connect(client, server));
            }
        });
        address
    }
}

/// The way to registries.
#[derive(Clone, Default)]
pub(super) struct Way {
    /// How often anything moved on it.
    moved: Arc<AtomicUsize>,
}

impl Way {
    /// Opens a port that will be a round trip away from a server of this process: each byte is half of that on
    /// its way, and the first one of a connection a whole one more.
    pub(super) async fn open(&self) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let way = self.clone();
        Door {
            way,
            listener,
            address,
        }
    }

    fn note(&self) {
        self.moved.fetch_add(1, Relaxed);
    }

    async fn connect(self, client: TcpStream, server: SocketAddr) {
        let opened = Instant::now() + ROUND_TRIP;
        let server = TcpStream::connect(server).await.unwrap();
        let (client_reads, client_writes) = client.into_split();
        let (server_reads, server_writes) = server.into_split();
        tokio::join!(
            self.carry(client_reads, server_writes, opened),
            self.carry(server_reads, client_writes, opened),
        );
    }

    async fn carry(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, opened: Instant) {
        let (way, mut arrivals) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let depart = async move {
            let mut piece = vec![0; 64 * 1024];
            loop {
                let length = from.read(&mut piece).await.unwrap_or_default();
                self.note();
                let due = Instant::now().max(opened) + HALF;
                if way.send((due, piece[..length].to_vec())).is_err() || length == 0 {
                    return;
                }
            }
        };
        let arrive = async move {
            while let Some((due, piece)) = arrivals.recv().await {
                sleep_until(due).await;
                self.note();
                if piece.is_empty() || to.write_all(&piece).await.is_err() {
                    break;
                }
            }
            let _ = to.shutdown().await;
        };
        tokio::join!(depart, arrive);
    }
}
