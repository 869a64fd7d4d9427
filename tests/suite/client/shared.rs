//! Connections that many requests share (HTTP/2), and what a server may say on one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use http::{Method, Response, StatusCode};
use pusher::model::Digest;
use pusher::registry::{ReadRegistry as _, Upload, UploadBody, WriteRegistry as _};
use tokio::net::{TcpListener, TcpStream};

use super::networks::{acceptor, app, tls};

/// Serves HTTP/2; of the requests that need no upload first, it says of so many that it did not read
/// them. Returns its address, its certificate and how many requests came.
async fn server(refusals: usize) -> (String, Vec<u8>, Arc<AtomicUsize>) {
    let (acceptor, certificate) = acceptor("127.0.0.1", &[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(acceptor.clone(), socket, count.clone(), refusals));
        }
    });
    (address, certificate, asked)
}

async fn serve(
    acceptor: tokio_rustls::TlsAcceptor,
    socket: TcpStream,
    count: Arc<AtomicUsize>,
    refusals: usize,
) {
    let socket = acceptor.accept(socket).await.unwrap();
    let mut connection = h2::server::handshake(socket).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        if request.method() == Method::POST {
            answer(&mut respond, StatusCode::ACCEPTED);
        } else if count.fetch_add(1, SeqCst) < refusals {
            respond.send_reset(Reason::REFUSED_STREAM);
        } else if request.uri().path().contains("/absurd/") {
            // Above one limit the answer is refused, above another one the connection.
            let is_long = request.uri().path().contains("/long/");
            let long = "x".repeat(if is_long { 30_000 } else { 100_000 });
            let absurd = Response::builder().header("X-Long", long).body(()).unwrap();
            respond.send_response(absurd, true).unwrap();
        } else if request.method() == Method::PUT {
            answer(&mut respond, StatusCode::CREATED);
        } else {
            answer(&mut respond, StatusCode::NOT_FOUND);
        }
    }
}

fn answer(respond: &mut SendResponse<Bytes>, status: StatusCode) {
    let answer = Response::builder()
        .status(status)
        .header("Location", "/v2/app/blobs/uploads/1");
    respond
        .send_response(answer.body(()).unwrap(), true)
        .unwrap();
}

#[tokio::test]
async fn what_was_not_read_is_sent_again() {
    let (host, certificate, asked) = server(3).await;
    let client = tls(&host, Some(certificate));
    assert_eq!(client.get_manifest(&app(&host)).await.unwrap(), None);
    let whether_it_wants_a_login = 1;
    assert_eq!(asked.load(SeqCst), 4 + whether_it_wants_a_login);
}

/// What must not be done twice may be sent twice where it was not done once.
#[tokio::test]
async fn what_was_not_read_is_sent_again_even_to_an_upload() {
    let (host, certificate, asked) = server(1).await;
    let client = tls(&host, Some(certificate));
    let repository = app(&host).repository().clone();
    let upload = client.start_upload(&repository, None).await.unwrap();
    let Upload::Session(mut session) = upload else {
        panic!("{upload:?}")
    };
    let bytes = Bytes::from_static(b"small");
    let (digest, length) = (Digest::sha256(&bytes), bytes.len() as u64);
    let body = UploadBody::from(bytes);
    let finished = client.finish_upload(&mut session, &digest, length, body);
    finished.await.unwrap();
    assert_eq!(asked.load(SeqCst), 2);
}

#[tokio::test]
async fn an_absurd_head_is_an_error_and_the_host_is_not_taken_for_away() {
    for name in ["long", "longer"] {
        let (host, certificate, asked) = server(0).await;
        let client = tls(&host, Some(certificate));
        let absurd = format!("{host}/absurd/{name}:v1").parse().unwrap();
        let told = client.get_manifest(&absurd).await.unwrap_err().to_string();
        let words = "the head of its answer cannot be read";
        assert!(told.contains(words) && !told.contains("waited"), "{told}");
        assert!(asked.load(SeqCst) <= 6, "{told}");
    }
}
