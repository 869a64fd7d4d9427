//! Answers that come byte by byte: they end soon, with words that say so; slow ones arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use pusher::model::{Cause, Digest, Failure, Fault, NoAnswer, Reference, Repository, media_type};
use pusher::registry::{Client, ClientOptions, LeastRate, ReadRegistry as _, Timeouts};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::{descriptor, read_head, soon};

/// How often bytes come.
const EACH: Duration = Duration::from_millis(5);

/// What is answered: the first part at once, the rest in pieces of so many bytes.
type Answer = fn(path: &str) -> (String, String);

/// A server that takes its time.
struct Slow {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Slow {
    async fn start(pieces: usize, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::<AtomicUsize>::default();
        let count = asked.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, pieces, answer, count.clone()));
            }
        });
        Self { address, asked }
    }

    fn repository(&self) -> Repository {
        Repository {
            registry: self.address.clone(),
            name: "app".to_owned(),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Answers one request and closes the connection.
async fn serve(
    mut stream: TcpStream,
    pieces: usize,
    answer: Answer,
    asked: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let request = read_head(&mut stream).await?;
    asked.fetch_add(1, Ordering::SeqCst);
    let request = String::from_utf8_lossy(&request);
    let (at_once, bit_by_bit) = answer(request.split(' ').nth(1).unwrap_or_default());
    let host = stream.local_addr()?.to_string();
    stream.set_nodelay(true)?;
    stream
        .write_all(at_once.replace("HOST", &host).as_bytes())
        .await?;
    for piece in bit_by_bit.as_bytes().chunks(pieces) {
        tokio::time::sleep(EACH).await;
        stream.write_all(piece).await?;
    }
    Ok(())
}

fn head(media_type: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

/// Returns an answer whose body comes bit by bit.
fn slow_body(media_type: &str) -> (String, String) {
    (head(media_type, 100_000), " ".repeat(100_000))
}

/// A client that wants a hundred bytes in a tenth of a second.
fn hasty() -> Client {
    let time = Duration::from_millis(100);
    let least = LeastRate { bytes: 100, time };
    let timeouts = Timeouts {
        head: time,
        whole: least,
        blob: least,
        ..Timeouts::default()
    };
    Client::new(ClientOptions {
        retry: soon(),
        timeouts,
        ..ClientOptions::default()
    })
}

async fn read_manifest(slow: &Slow) -> Failure {
    let tag = Reference::tagged(slow.repository(), "1");
    hasty().get_manifest(&tag).await.unwrap_err()
}

fn assert_too_slow(failure: &Failure, words: &str) {
    assert_eq!(failure.cause(), Cause::Unreachable);
    let told = failure.to_string();
    assert!(told.contains(words) && told.contains("2 times"), "{told}");
}

const TOO_FEW: &str = "fewer than 100 bytes came in 0 s";

#[tokio::test]
async fn a_manifest_byte_by_byte_is_not_waited_for() {
    let slow = Slow::start(1, |_| slow_body(media_type::OCI_MANIFEST)).await;
    assert_too_slow(&read_manifest(&slow).await, TOO_FEW);
    assert_eq!(slow.asked(), 2);
}

#[tokio::test]
async fn a_list_byte_by_byte_is_not_waited_for() {
    let slow = Slow::start(1, |_| slow_body("application/json")).await;
    let listed = hasty().list_tags(&slow.repository()).await;
    assert_too_slow(&listed.unwrap_err(), TOO_FEW);
    assert_eq!(slow.asked(), 2);
}

#[tokio::test]
async fn a_token_byte_by_byte_is_not_waited_for() {
    let slow = Slow::start(1, |path| {
        if path.starts_with("/token") {
            return slow_body("application/json");
        }
        let challenge = "Bearer realm=\"http://HOST/token\",service=\"s\"";
        let head = format!(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        (head, String::new())
    })
    .await;
    assert_too_slow(&read_manifest(&slow).await, TOO_FEW);
    assert!(slow.asked() <= 2 * 3, "{}", slow.asked());
}

#[tokio::test]
async fn a_head_byte_by_byte_is_not_waited_for() {
    let slow = Slow::start(1, |_| {
        let head = head(media_type::OCI_MANIFEST, 0);
        let (begin, end) = head.split_at(17);
        let odd = format!("X-Odd: {}\r\n", "x".repeat(20_000));
        (begin.to_owned(), format!("{odd}{end}"))
    })
    .await;
    let words = "its answer came bit by bit, and did not begin in 0 s";
    assert_too_slow(&read_manifest(&slow).await, words);
    assert_eq!(slow.asked(), 2);
}

const BLOB: usize = 2_000;

/// Reads a blob of a server that sends so many bytes at a time.
async fn blob_in(pieces: usize) -> Result<Vec<u8>, Failure> {
    let slow = Slow::start(pieces, |_| {
        let body = "x".repeat(BLOB);
        (head("application/octet-stream", BLOB), body)
    })
    .await;
    let blob = descriptor(Digest::sha256(&b"x".repeat(BLOB)), BLOB);
    let opened = hasty().open_blob(&slow.repository(), &blob, 0).await;
    let mut stream = opened.unwrap();
    let mut bytes = vec![];
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(bytes)
}

#[tokio::test]
async fn a_blob_byte_by_byte_is_not_waited_for_and_one_over_a_slow_line_is() {
    let failure = blob_in(1).await.unwrap_err();
    let fault = &failure.fault;
    let is_slow = matches!(fault, Fault::NoAnswer(NoAnswer::Slow { least: 100, .. }));
    assert!(is_slow, "{failure}");
    assert_eq!(blob_in(50).await.unwrap().len(), BLOB);
}

#[tokio::test]
async fn who_is_slow_to_read_is_not_told_that_others_are() {
    let slow = Slow::start(BLOB, |_| {
        let body = "x".repeat(BLOB);
        (head("application/octet-stream", 50 * BLOB), body.repeat(50))
    })
    .await;
    let blob = descriptor(Digest::sha256(&b"x".repeat(50 * BLOB)), 50 * BLOB);
    let opened = hasty().open_blob(&slow.repository(), &blob, 0).await;
    let mut stream = opened.unwrap();
    let mut read = 0;
    while let Some(chunk) = stream.next().await {
        read += chunk.unwrap().len();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(read, 50 * BLOB);
}
