//! A proxy in front of a registry, in which requests go wrong.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::chance::{self, Chance};
use super::fault::Fault;
use super::play::{CIRCLE, play};
use super::wire::{Answer, Peer, Request, ask};

/// A proxy; it stops when it is dropped.
pub(super) struct Proxy {
    pub(super) address: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// What all connections share.
pub(super) struct Shared {
    /// The side that this registry is on, so that the same request may fare otherwise on the other.
    side: &'static str,
    address: String,
    registry: String,
    /// Where tokens come from; they are asked for at the proxy as well.
    tokens: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    chance: Option<Chance>,
    /// How often each request was made.
    seen: HashMap<String, u64>,
    played: Vec<Played>,
}

/// A fault that was played.
pub(super) struct Played {
    pub(super) fault: Fault,
    /// What was asked for: the method and the path, without the place of an upload.
    request: String,
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.fault, self.request)
    }
}

impl Proxy {
    /// Starts one in front of a registry and its token server, both `HOST:PORT`. Nothing goes wrong at first.
    pub(super) async fn start(side: &'static str, registry: &str, tokens: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared {
            side,
            address: address.clone(),
            registry: registry.to_owned(),
            tokens: tokens.to_owned(),
            state: Mutex::default(),
        });
        let serving = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(serving.clone(), stream));
            }
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// Lets requests go wrong from now on, as if none had been made before.
    pub(super) fn begin(&self, chance: Chance) {
        *self.shared.state.lock().unwrap() = State {
            chance: Some(chance),
            ..State::default()
        };
    }

    /// Lets nothing go wrong any more; returns what did.
    pub(super) fn end(&self) -> Vec<Played> {
        let mut state = self.shared.state.lock().unwrap();
        std::mem::take(&mut *state).played
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection. Whatever goes wrong with it beyond the plan ends it, as it would in any proxy.
async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let mut peer = Peer::new(stream);
    while let Ok(Some(request)) = peer.request().await {
        let fault = if request.path.contains(CIRCLE) {
            Some(Fault::RedirectLoop)
        } else {
            shared.fault(&request)
        };
        match play(&shared, fault, &request, peer).await {
            Ok(Some(next)) => peer = next,
            Ok(None) | Err(_) => return,
        }
    }
}

impl Shared {
    /// Says what happens to a request, and notes it.
    fn fault(&self, request: &Request) -> Option<Fault> {
        let name = chance::name(request);
        let mut state = self.state.lock().unwrap();
        let chance = state.chance.clone()?;
        let seen = state.seen.entry(name.clone()).or_default();
        let before = *seen;
        *seen += 1;
        let fault = chance.fault(self.side, request, before)?;
        let request = name;
        state.played.push(Played { fault, request });
        Some(fault)
    }

    /// Lets a request arrive.
    pub(super) async fn pass_on(&self, request: &Request, body: &[u8]) -> io::Result<Answer> {
        let server = if request.path.starts_with("/token") {
            &self.tokens
        } else {
            &self.registry
        };
        let mut answer = ask(server, request, body).await?;
        if let Some(challenge) = answer.head.header("www-authenticate") {
            let here = challenge.replace(&self.tokens, &self.address);
            answer.head.set("Www-Authenticate", here);
        }
        Ok(answer)
    }

    /// Returns what the registry answers to someone who has no token.
    pub(super) async fn challenge(&self, request: &Request) -> io::Result<Answer> {
        let mut request = request.clone();
        request.head.remove("authorization");
        request.head.remove("content-length");
        self.pass_on(&request, &[]).await
    }

    /// Gives the upload up that a request was to close.
    pub(super) async fn cancel(&self, request: &Request) -> io::Result<()> {
        let mut request = request.clone();
        "DELETE".clone_into(&mut request.method);
        request.head.remove("content-length");
        self.pass_on(&request, &[]).await.map(drop)
    }
}
