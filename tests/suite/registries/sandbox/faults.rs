use std::time::Duration;

use pusher::model::Digest;
use pusher::sandbox::{Effect, Fault, Options, Sandbox};

use super::start;
use crate::support::client::{Answer, Client, with_digest};

/// Puts a blob of 100,000 bytes and returns its path.
fn blob(sandbox: &Sandbox) -> String {
    format!(
        "/v2/app/blobs/{}",
        sandbox.put_blob("app", vec![7; 100_000])
    )
}

/// Sends a GET, and reads what arrives until the body ends or breaks.
async fn read(client: &Client, path: &str) -> (usize, Result<(), reqwest::Error>) {
    let mut response = client.request("GET", path).send().await.unwrap();
    let mut length = 0;
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => length += piece.len(),
            Ok(None) => return (length, Ok(())),
            Err(error) => return (length, Err(error)),
        }
    }
}

#[tokio::test]
async fn an_answer_of_the_plan_instead_of_the_real_one() {
    let (sandbox, client) = start(Options::default()).await;
    let path = blob(&sandbox);
    let late = Effect::status(429).header("Retry-After", "3");
    sandbox
        .faults()
        .add(Fault::new("GET", "/app/*/sha256:", late).skip(1).times(2));
    let mut answers = Vec::new();
    for _ in 0..4 {
        let answer = client.send("GET", &path).await;
        answers.push((answer.status, answer.header("retry-after").to_owned()));
    }
    let (fine, late) = ((200, String::new()), (429, "3".to_owned()));
    assert_eq!(answers, [fine.clone(), late.clone(), late, fine]);
    assert_eq!(client.send("HEAD", &path).await.status, 200);
    assert_eq!(
        (
            sandbox.faults().used(),
            sandbox.log().count("GET", "/blobs/")
        ),
        (2, 4)
    );
}

#[tokio::test]
async fn headers_beside_the_real_answer() {
    let (sandbox, client) = start(Options::default()).await;
    let headers = Effect::Headers(Vec::new()).header("RateLimit-Remaining", "7;w=21600");
    sandbox.faults().add(Fault::new("", "", headers).always());
    let answer = client.send("GET", &blob(&sandbox)).await;
    assert_eq!((answer.status, answer.body.len()), (200, 100_000));
    assert_eq!(answer.header("ratelimit-remaining"), "7;w=21600");
}

#[tokio::test]
async fn a_reset_instead_of_an_answer() {
    let (sandbox, client) = start(Options::default()).await;
    let path = blob(&sandbox);
    sandbox
        .faults()
        .add(Fault::new("GET", "/blobs/", Effect::Reset));
    let error = client.request("GET", &path).send().await.unwrap_err();
    let error = format!("{error:?}");
    assert!(
        error.contains("ConnectionReset") || error.contains("IncompleteMessage"),
        "{error}"
    );
    assert_eq!(sandbox.log().requests()[0].status, None);
    assert_eq!(client.send("GET", &path).await.status, 200);
}

#[tokio::test]
async fn a_reset_within_an_upload_keeps_what_arrived() {
    let (sandbox, client) = start(Options::default()).await;
    let bytes = vec![7; 3_000_000];
    let digest = Digest::sha256(&bytes);
    let location = client.open_upload("app").await;
    sandbox.faults().add(Fault::new(
        "PUT",
        "/uploads/",
        Effect::ResetUpload { after: 1_000_000 },
    ));
    let put = client
        .request("PUT", &with_digest(&location, &digest))
        .body(bytes.clone());
    assert!(put.send().await.is_err());
    assert_eq!(sandbox.log().bytes_in(), 1_000_000);
    let status = client.send("GET", &location).await;
    assert_eq!((status.status, status.header("range")), (204, "0-999999"));
    let rest = client
        .request("PATCH", status.header("location"))
        .body(bytes[1_000_000..].to_vec());
    let rest = Answer::of(rest.header("content-range", "1000000-2999999")).await;
    assert_eq!(rest.status, 202);
    let done = client
        .send("PUT", &with_digest(rest.header("location"), &digest))
        .await;
    assert_eq!(done.status, 201, "{done:?}");
    assert_eq!(
        sandbox.blob("app", &digest).unwrap().bytes().unwrap(),
        bytes
    );
}

#[tokio::test]
async fn a_body_that_ends_early() {
    let (sandbox, client) = start(Options::default()).await;
    let path = blob(&sandbox);
    sandbox.faults().add(Fault::new(
        "GET",
        "/blobs/",
        Effect::Truncate { after: 70_000 },
    ));
    let (length, result) = read(&client, &path).await;
    assert_eq!((length, result.is_err()), (70_000, true));
    assert_eq!(sandbox.log().bytes_out(), 70_000);
    let rest = client.request("GET", &path).header("range", "bytes=70000-");
    assert_eq!(Answer::of(rest).await.body.len(), 30_000);
    assert_eq!(
        sandbox.log().requests()[1].range.as_deref(),
        Some("bytes=70000-")
    );
}

#[tokio::test]
async fn a_byte_that_is_another_one() {
    let (sandbox, client) = start(Options::default()).await;
    let path = blob(&sandbox);
    sandbox
        .faults()
        .add(Fault::new("GET", "/blobs/", Effect::Corrupt { at: 70_001 }));
    let answer = client.send("GET", &path).await;
    let changed: Vec<usize> = (0..100_000).filter(|at| answer.body[*at] != 7).collect();
    assert_eq!((answer.status, changed), (200, vec![70_001]));
}

#[tokio::test]
async fn an_answer_that_never_comes_or_never_ends() {
    let (sandbox, client) = start(Options::default()).await;
    let path = blob(&sandbox);
    sandbox
        .faults()
        .add(Fault::new("GET", "/blobs/", Effect::Stall));
    sandbox
        .faults()
        .add(Fault::new("GET", "/blobs/", Effect::StallBody { after: 10 }).skip(1));
    let patience = Duration::from_millis(100);
    let answer = tokio::time::timeout(patience, client.request("GET", &path).send()).await;
    assert!(answer.is_err());
    let mut response = client.request("GET", &path).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap().len(), 10);
    assert!(
        tokio::time::timeout(patience, response.chunk())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_delay_changes_nothing_else() {
    let (sandbox, client) = start(Options::default()).await;
    let path = blob(&sandbox);
    let delay = Effect::Delay(Duration::from_millis(1));
    sandbox
        .faults()
        .add(Fault::new("", "/blobs/", delay).always());
    let answers = [client.send("GET", &path), client.send("GET", &path)];
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!((answer.status, answer.body.len()), (200, 100_000));
    }
    assert_eq!(sandbox.faults().used(), 2);
}

#[tokio::test]
async fn the_log_knows_how_many_were_under_way_at_once() {
    let (sandbox, client) = start(Options::default()).await;
    sandbox
        .faults()
        .add(Fault::new("", "/v2/", Effect::Delay(Duration::from_millis(300))).always());
    let requests = (0..5).map(|_| client.send("GET", "/v2/"));
    futures_util::future::join_all(requests).await;
    assert_eq!((sandbox.log().peak(), sandbox.log().connections()), (5, 5));
    sandbox.log().clear();
    client.send("GET", "/v2/").await;
    assert_eq!((sandbox.log().peak(), sandbox.log().connections()), (1, 0));
}
