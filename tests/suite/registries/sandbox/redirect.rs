use pusher::sandbox::{Auth, Options, Origin};

use super::start;
use crate::support::client::{Answer, Client};
use crate::support::registry::{PASSWORD, USER, basic};

#[tokio::test]
async fn leads_to_a_host_that_wants_no_credentials() {
    let auth = Auth::basic(USER, PASSWORD);
    let (sandbox, client) = start(Options {
        redirect: true,
        auth,
        ..Options::default()
    })
    .await;
    let client = client.authorized(basic(USER, PASSWORD));
    let digest = sandbox.put_blob("team/app", &b"hello"[..]);
    let answer = client
        .send("GET", &format!("/v2/team/app/blobs/{digest}"))
        .await;
    assert_eq!((answer.status, answer.body.len()), (307, 0));
    let location = answer.header("location");
    assert!(!location.contains(sandbox.address()), "{location}");

    let stranger = Client::new("http://127.0.0.1");
    let answer = stranger.send("GET", location).await;
    assert_eq!((answer.status, &answer.body[..]), (200, &b"hello"[..]));
    let part = stranger
        .request("GET", location)
        .header("range", "bytes=3-");
    let part = Answer::of(part).await;
    assert_eq!((part.status, &part.body[..]), (206, &b"lo"[..]));
    assert_eq!(sandbox.log().leaks(), 0);

    let (unsigned, _) = location.split_once("&signature").unwrap();
    assert_eq!(stranger.send("GET", unsigned).await.status, 403);
    assert_eq!(client.send("GET", location).await.status, 400);
    assert_eq!(sandbox.log().leaks(), 1);
    let at_storage = sandbox
        .log()
        .count_where(|request| request.origin == Origin::Storage);
    assert_eq!(at_storage, 4);
}

#[tokio::test]
async fn only_gets_of_blobs_that_are_there() {
    let (sandbox, client) = start(Options {
        redirect: true,
        ..Options::default()
    })
    .await;
    let digest = sandbox.put_blob("app", &b"hello"[..]);
    assert_eq!(
        client
            .send("HEAD", &format!("/v2/app/blobs/{digest}"))
            .await
            .status,
        200
    );
    let answer = client
        .send("GET", &format!("/v2/other/blobs/{digest}"))
        .await;
    assert_eq!(answer.refusal(), (404, "BLOB_UNKNOWN".to_owned()));
}
