//! Tells over HTTP how the rounds of `watch` go: whoever asks gets few bytes, soon, and no more.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::render::metrics::Form;

use super::error::CliError;
use super::rounds::{PLAIN, Rounds};

/// How many are answered at a time; others wait.
const AT_A_TIME: usize = 16;
/// How long asking and being answered may take, all of it.
const LONGEST: Duration = Duration::from_secs(10);
/// How long a request's head may be, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// How long is waited where the system lets nobody in.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers until it is dropped.
pub(super) struct Health(JoinHandle<()>);

impl Health {
    /// Begins to answer, and returns where.
    pub(super) async fn open(
        address: SocketAddr,
        rounds: Arc<Rounds>,
    ) -> Result<(Self, SocketAddr), CliError> {
        let cannot = |error: io::Error| cannot_listen(address, &error);
        let listener = TcpListener::bind(address).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        Ok((Self(tokio::spawn(serve(listener, rounds))), address))
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> CliError {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => text!(
            "another program listens there",
            "已有别的程序在监听这个地址"
        ),
        _ => super::files::reason(error),
    };
    CliError::new(text!(
        "cannot listen at {address}: {why}",
        "无法监听 {address}：{why}"
    ))
    .hint(text!(
        "name another address with `--listen`, or none with `--listen none`",
        "用 `--listen` 换一个地址，或用 `--listen none` 不监听"
    ))
}

async fn serve(listener: TcpListener, rounds: Arc<Rounds>) {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    // It is never closed.
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let Ok((connection, _)) = listener.accept().await else {
            // Too many files are open, say.
            sleep(PAUSE).await;
            continue;
        };
        let rounds = Arc::clone(&rounds);
        tokio::spawn(async move {
            let _place = place;
            let _ = timeout(LONGEST, converse(connection, &rounds)).await;
        });
    }
}

/// Answers one request, after which the connection ends.
async fn converse(connection: TcpStream, rounds: &Rounds) {
    let answer = service_fn(async |request| Ok::<_, Infallible>(answer(&request, rounds)));
    let talk = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(connection), answer);
    // Whoever goes away wants no answer.
    let _ = talk.await;
}

fn answer<B>(request: &Request<B>, rounds: &Rounds) -> Response<Full<Bytes>> {
    let say = |status: StatusCode, content_type, text: String| {
        let mut response = Response::new(Full::new(text.into()));
        *response.status_mut() = status;
        let content_type = HeaderValue::from_static(content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refused = say(StatusCode::METHOD_NOT_ALLOWED, PLAIN, String::new());
        let allowed = HeaderValue::from_static("GET,HEAD");
        refused.headers_mut().insert(ALLOW, allowed);
        return refused;
    }
    let accepted = request.headers().get_all(ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    let form = if accepted.any(|types| types.contains(Form::OPEN_METRICS)) {
        Form::OpenMetrics
    } else {
        Form::Text
    };
    match rounds.answer(request.uri().path(), form) {
        Some(answer) => say(answer.status, answer.content_type, answer.text),
        None => say(
            StatusCode::NOT_FOUND,
            PLAIN,
            "/healthz\n/readyz\n/metrics\n".to_owned(),
        ),
    }
}
