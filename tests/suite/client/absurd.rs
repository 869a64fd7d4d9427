//! Answers that nobody means: endless, huge, nested without end. Each is an error that names the limit, and
//! no more of it is read than that.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use pusher::model::{Cause, Digest, Failure, media_type};
use pusher::registry::{ReadRegistry as _, WriteRegistry as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::scripted::{Answer, Asked, Scripted, challenge, with_body};
use super::{anonymous, descriptor, read_head};

/// More than this is in the buffers of no connection.
const BUFFERED: usize = 16 * 1024 * 1024;

/// Answers without end, and counts the bytes.
fn endless(status: u16, sent: &Arc<AtomicUsize>) -> Answer {
    let sent = sent.clone();
    let piece = Bytes::from(vec![b' '; 64 * 1024]);
    let pieces = stream::repeat(piece).map(move |piece| {
        sent.fetch_add(piece.len(), Ordering::SeqCst);
        Ok::<_, std::io::Error>(piece)
    });
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("Content-Type", media_type::OCI_INDEX)
        .body(Body::from_stream(pieces))
        .unwrap()
}

/// A registry that answers one path without end and everything else with that it wants a token.
async fn endless_at(path: &'static str, status: u16) -> (Scripted, Arc<AtomicUsize>) {
    let sent = Arc::<AtomicUsize>::default();
    let count = sent.clone();
    let server = Scripted::start(move |asked, own| {
        if asked.is("", path) {
            endless(status, &count)
        } else {
            challenge(&format!("Bearer realm=\"http://{own}/token\""))
        }
    })
    .await;
    (server, sent)
}

/// Asks for everything that is read as a whole, one after the other.
async fn ask(what: &str, server: &Scripted) -> Failure {
    let client = anonymous();
    let repository = &server.repository("app");
    let digest = Digest::sha256(b"");
    match what {
        "manifest" => client.get_manifest(&server.tagged("app")).await.err(),
        "tags" => client.list_tags(repository).await.err(),
        "referrers" => client.list_referrers(repository, &digest).await.err(),
        "config" => client
            .get_blob(repository, &descriptor(digest, 1000))
            .await
            .err(),
        "upload" => client.start_upload(repository, None).await.err(),
        other => panic!("{other}"),
    }
    .unwrap_or_else(|| panic!("`{what}` is taken for an answer"))
}

#[tokio::test]
async fn an_answer_without_end_is_read_up_to_its_limit() {
    let mib = 1024 * 1024;
    for (what, path, limit) in [
        ("manifest", "/v2/", 4 * mib),
        ("tags", "/v2/", 16 * mib),
        ("referrers", "/v2/", 4 * mib),
        ("config", "/v2/", 1000),
        ("manifest", "/token", 256 * 1024),
        ("upload", "/v2/", 64 * 1024),
    ] {
        let (server, sent) = endless_at(path, 200).await;
        let failure = ask(what, &server).await;
        let told = failure.to_string();
        let words = format!("its answer is longer than {limit} bytes");
        assert!(told.contains(&words), "{what} at {path}: {told}");
        assert_eq!(failure.cause(), Cause::Protocol);
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent <= limit + BUFFERED, "{what} at {path}: {sent} bytes");
        assert!(server.asked().len() <= 3, "{:#?}", server.asked());
    }
}

#[tokio::test]
async fn of_an_error_without_end_its_status_is_told() {
    for what in ["manifest", "tags", "upload"] {
        let (server, sent) = endless_at("/v2/", 403).await;
        let failure = ask(what, &server).await;
        assert_eq!(failure.status(), Some(403), "{what}: {failure}");
        let sent = sent.load(Ordering::SeqCst);
        let asked = server.asked().len();
        assert!(sent <= asked * BUFFERED, "{what}: {sent} bytes");
        assert!(asked <= 3, "{:#?}", server.asked());
    }
}

#[tokio::test]
async fn what_is_nested_without_end_is_an_error() {
    let deep = |open: &str| open.repeat(100_000);
    let bodies = [deep("["), deep(r#"{"a":"#), deep(r#"{"errors":["#)];
    for body in bodies {
        for (what, path, status) in [
            ("manifest", "/v2/", 200),
            ("manifest", "/v2/", 404),
            ("manifest", "/v2/", 403),
            ("tags", "/v2/", 200),
            ("referrers", "/v2/", 200),
            ("manifest", "/token", 200),
            ("upload", "/v2/", 403),
        ] {
            let body = body.clone();
            let server = Scripted::start(move |asked: &Asked, own: &str| {
                if asked.is("", path) {
                    with_body(status, &[("Content-Type", media_type::OCI_INDEX)], &body)
                } else {
                    challenge(&format!("Bearer realm=\"http://{own}/token\""))
                }
            })
            .await;
            if (what, status) == ("manifest", 404) {
                let found = anonymous().get_manifest(&server.tagged("app")).await;
                assert_eq!(found, Ok(None));
                continue;
            }
            if (what, status, path) == ("manifest", 200, "/v2/") {
                // Its bytes are what they are; who parses them says so.
                let found = anonymous().get_manifest(&server.tagged("app")).await;
                let parsed = pusher::model::Manifest::parse(&found.unwrap().unwrap());
                assert!(parsed.is_err(), "{parsed:?}");
                continue;
            }
            let told = ask(what, &server).await.to_string();
            assert!(told.len() < 500 && told.contains("app"), "{what}: {told}");
        }
    }
}

/// A server whose answers are these bytes.
struct Raw {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Raw {
    async fn start(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::<AtomicUsize>::default();
        let (count, answer) = (asked.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone(), count.clone()));
            }
        });
        Self { address, asked }
    }

    async fn read_manifest(&self) -> Failure {
        let tag = format!("{}/app:1", self.address).parse().unwrap();
        anonymous().get_manifest(&tag).await.unwrap_err()
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<String>,
    asked: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    read_head(&mut stream).await?;
    asked.fetch_add(1, Ordering::SeqCst);
    stream.write_all(answer.as_bytes()).await?;
    // Until the other side has read what it wants.
    stream.read_u8().await.map(drop)
}

#[tokio::test]
async fn absurd_heads_are_an_error_and_the_host_is_not_taken_for_away() {
    let many = "X-Odd: 1\r\n".repeat(10_000);
    let ok = "HTTP/1.1 200 OK\r\n";
    let end = "Content-Length: 0\r\n\r\n";
    for (head, words) in [
        (
            format!("{ok}X-Long: {}\r\n{end}", "x".repeat(1024 * 1024)),
            "message head is too large",
        ),
        (format!("{ok}{many}{end}"), "message head is too large"),
        (
            format!("{ok}Content-Length: -1\r\n\r\n"),
            "invalid content-length parsed",
        ),
        (
            format!("{ok}Content-Length: 99999999999999999999\r\n\r\n"),
            "invalid content-length parsed",
        ),
        (
            "SSH-2.0-OpenSSH_9.6\r\n".to_owned(),
            "invalid HTTP version parsed",
        ),
    ] {
        let server = Raw::start(head).await;
        let told = server.read_manifest().await.to_string();
        let expected = format!("the head of its answer cannot be read ({words}), tried");
        assert!(told.contains(&expected), "{words}: {told}");
        assert!(!told.contains("away"), "{words}: {told}");
        let asked = server.asked.load(Ordering::SeqCst);
        assert!(asked <= 5, "{words}: {asked}");
    }
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_asked_for() {
    for link in [
        "<http://127.0.0.1:1/v2/app/tags/list?n=1>; rel=\"next\"",
        "<https://registry.example.com/v2/app/tags/list>; rel=\"next\"",
        "<//registry.example.com/v2/app/tags/list>; rel=\"next\"",
        "<file:///etc/passwd>; rel=\"next\"",
        "<http://[>; rel=\"next\"",
    ] {
        let server = Scripted::start(move |_: &Asked, _: &str| {
            with_body(200, &[("Link", link)], r#"{"name":"app","tags":["1"]}"#)
        })
        .await;
        let told = ask("tags", &server).await.to_string();
        assert!(
            told.contains("its next page is not an address here"),
            "{link}: {told}"
        );
        assert_eq!(server.asked().len(), 1, "{link}");
    }
}
