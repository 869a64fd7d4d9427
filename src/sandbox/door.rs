//! A port that can be closed for a while: then connections to it are refused, and those there are break.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A port; copies are the same one.
#[derive(Clone)]
pub(super) struct Door(Arc<Shared>);

struct Shared {
    address: SocketAddr,
    /// Keeps the port for this process while nobody listens.
    _held: TcpSocket,
    state: Mutex<State>,
    /// How often it was closed.
    closings: AtomicUsize,
}

struct State {
    /// None while the door is closed.
    listener: Option<TcpListener>,
    /// Whoever waits for a connection.
    waiting: Option<Waker>,
}

impl Door {
    /// Opens a loopback port that the system chooses.
    pub(super) fn open() -> io::Result<Self> {
        let held = socket()?;
        held.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = held.local_addr()?;
        let state = State {
            listener: Some(listen(address)?),
            waiting: None,
        };
        Ok(Self(Arc::new(Shared {
            address,
            _held: held,
            state: Mutex::new(state),
            closings: AtomicUsize::new(0),
        })))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Refuses connections from now on, and breaks those that there are as soon as they are used.
    pub(super) fn close(&self) {
        self.0.closings.fetch_add(1, Ordering::SeqCst);
        self.state().listener = None;
    }

    /// Takes connections again.
    pub(super) fn reopen(&self) -> io::Result<()> {
        let mut state = self.state();
        if state.listener.is_none() {
            state.listener = Some(listen(self.0.address)?);
        }
        if let Some(waiting) = state.waiting.take() {
            waiting.wake();
        }
        Ok(())
    }

    /// Returns how often the door was closed: what was accepted before that is over.
    pub(super) fn closings(&self) -> usize {
        self.0.closings.load(Ordering::SeqCst)
    }

    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = poll_fn(|context| {
            let mut state = self.state();
            state.waiting = Some(context.waker().clone());
            match &state.listener {
                Some(listener) => listener.poll_accept(context),
                None => Poll::Pending,
            }
        });
        Ok(accepted.await?.0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a socket whose port others of this process may share.
fn socket() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    #[cfg(not(unix))]
    socket.set_reuseaddr(true)?;
    Ok(socket)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket()?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_door_refuses_and_opens_again_at_the_same_address() {
        let door = Door::open().unwrap();
        let address = door.address();
        for _ in 0..2 {
            let (here, there) = tokio::join!(TcpStream::connect(address), door.accept());
            assert!(here.is_ok() && there.is_ok());
            door.close();
            let refused = TcpStream::connect(address).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
            door.reopen().unwrap();
        }
        assert_eq!(door.closings(), 2);
    }
}
