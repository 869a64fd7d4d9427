//! A way to a registry on which each connection breaks after so many bytes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A proxy; it stops when it is dropped.
pub(crate) struct CuttingProxy {
    pub(crate) address: String,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

/// What has happened so far.
#[derive(Default)]
struct Counts {
    passed_on: AtomicU64,
    cuts: AtomicU64,
}

impl CuttingProxy {
    /// Starts one that lets so many bytes to the server pass in each connection.
    pub(crate) async fn start(server: &str, most: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let counts = Arc::<Counts>::default();
        let (server, counting) = (server.to_owned(), counts.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, counts) = (server.clone(), counting.clone());
                tokio::spawn(async move { carry(client, &server, most, &counts).await });
            }
        });
        Self {
            address,
            counts,
            task,
        }
    }

    /// Returns how many bytes arrived at the server, heads of requests among them.
    pub(crate) fn passed_on(&self) -> u64 {
        self.counts.passed_on.load(Ordering::SeqCst)
    }

    /// Returns how many connections were cut.
    pub(crate) fn cuts(&self) -> u64 {
        self.counts.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for CuttingProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut client: TcpStream, server: &str, most: u64, counts: &Counts) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    {
        let (mut reads, mut writes) = client.split();
        let (mut answers, mut requests) = server.split();
        let there = async {
            let mut left = most;
            let mut piece = vec![0; 64 * 1024];
            while left > 0 {
                let most = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let length = reads.read(&mut piece[..most]).await?;
                if length == 0 {
                    return Ok(false);
                }
                requests.write_all(&piece[..length]).await?;
                left -= length as u64;
                counts.passed_on.fetch_add(length as u64, Ordering::SeqCst);
            }
            Ok::<_, io::Error>(true)
        };
        tokio::select! {
            cut = there => if !cut? { return Ok(()) },
            _ = copy(&mut answers, &mut writes) => return Ok(()),
        }
    }
    counts.cuts.fetch_add(1, Ordering::SeqCst);
    // What has come this far arrives: only then does the client learn of it.
    server.shutdown().await?;
    let mut rest = vec![0; 4096];
    let gone = async { while matches!(server.read(&mut rest).await, Ok(1..)) {} };
    let _ = timeout(Duration::from_secs(5), gone).await;
    client.set_zero_linger()
}
