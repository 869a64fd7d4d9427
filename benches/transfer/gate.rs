//! A registry's gate that lets so many requests in at once, and answers 429 to all others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Result;

/// How many are let in at once.
pub(crate) const PLACES: usize = 8;
/// How long a request takes at least that was let in.
pub(crate) const SERVICE: Duration = Duration::from_millis(10);

/// A gate in front of a registry. It ends when it is dropped.
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    registry: SocketAddr,
    client: reqwest::Client,
    /// The seconds after which whoever is refused should come back, if that is said.
    pause: Option<u64>,
    inside: AtomicUsize,
    refused: AtomicUsize,
}

impl Gate {
    pub(crate) async fn open(registry: SocketAddr, pause: Option<u64>) -> Result<Self> {
        let shared = Arc::new(Shared {
            registry,
            client: reqwest::Client::new(),
            pause,
            inside: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(serve).with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            shared,
            serving,
        })
    }

    /// Returns how many requests were refused.
    pub(crate) fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A place inside, until it is dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(inside: &'a AtomicUsize) -> Option<Self> {
        let place = Self(inside);
        (inside.fetch_add(1, Ordering::SeqCst) < PLACES).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let Some(_place) = Place::take(&shared.inside) else {
        shared.refused.fetch_add(1, Ordering::SeqCst);
        let pause = shared
            .pause
            .map(|pause| [("Retry-After", pause.to_string())]);
        return match pause {
            Some(header) => (StatusCode::TOO_MANY_REQUESTS, header).into_response(),
            None => StatusCode::TOO_MANY_REQUESTS.into_response(),
        };
    };
    tokio::time::sleep(SERVICE).await;
    match pass_on(&shared, request).await {
        Ok(answer) => answer,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn pass_on(shared: &Shared, request: Request) -> reqwest::Result<Response> {
    let (head, body) = request.into_parts();
    let url = format!("http://{}{}", shared.registry, head.uri);
    let body = body.into_data_stream().map_err(axum::Error::into_inner);
    let passed = shared.client.request(head.method, url);
    let passed = passed.headers(head.headers);
    let answer = passed.body(reqwest::Body::wrap_stream(body)).send().await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(Body::from_stream(answer.bytes_stream()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
