use std::time::Duration;

use futures_util::stream;
use pusher::model::Digest;
use pusher::model::digest::Algorithm;
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Delete, Options};

use super::start;
use crate::support::client::{Answer, with_digest};

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

#[tokio::test]
async fn without_mount_every_blob_is_uploaded() {
    let (sandbox, client) = start(Options {
        mount: false,
        ..Options::default()
    })
    .await;
    let digest = sandbox.put_blob("app", &b"hello"[..]);
    let path = format!("/v2/other/blobs/uploads/?mount={digest}&from=app");
    assert_eq!(client.send("POST", &path).await.status, 202);
}

#[tokio::test]
async fn without_chunks_a_patch_is_refused() {
    let (_sandbox, client) = start(Options {
        chunked: false,
        ..Options::default()
    })
    .await;
    let location = client.open_upload("app").await;
    let answer = Answer::of(client.request("PATCH", &location).body("hello")).await;
    assert_eq!(answer.refusal(), (405, "UNSUPPORTED".to_owned()));
    client.put_blob("app", b"hello").await;
}

#[tokio::test]
async fn a_chunk_has_to_begin_where_the_last_one_ended() {
    let (sandbox, client) = start(Options::default()).await;
    let location = client.open_upload("app").await;
    let digest = Digest::sha256(b"hellohellohello");
    let last = with_digest(&location, &digest);
    for (method, place, range, status, held) in [
        ("PATCH", &location, "0-4", 202, "0-4"),
        ("PATCH", &location, "9-13", 416, "0-4"),
        ("PATCH", &location, "0-4", 416, "0-4"),
        ("PATCH", &location, "bytes 5-9/10", 202, "0-9"),
        ("PUT", &last, "0-4", 416, "0-9"),
        ("PUT", &last, "11-15", 416, "0-9"),
    ] {
        let request = client.request(method, place).header("content-range", range);
        let answer = Answer::of(request.body("hello")).await;
        assert_eq!(
            (answer.status, answer.header("range")),
            (status, held),
            "{method} {range}"
        );
    }
    assert_eq!(sandbox.uploads(), 1);
    let request = client
        .request("PUT", &last)
        .header("content-range", "10-14");
    assert_eq!(Answer::of(request.body("hello")).await.status, 201);
    let location = client.open_upload("app").await;
    sandbox.forget_uploads();
    assert_eq!(
        client.send("GET", &location).await.refusal().1,
        "BLOB_UPLOAD_UNKNOWN"
    );
}

#[tokio::test]
async fn a_strict_registry_wants_every_piece_but_the_first_to_say_where_it_belongs() {
    let (_sandbox, client) = start(Options {
        strict_ranges: true,
        ..Options::default()
    })
    .await;
    client.put_blob("app", b"hello").await;
    let location = client.open_upload("app").await;
    let last = with_digest(&location, Digest::sha256(b"hello"));
    for (method, place, body, status) in [
        ("PATCH", &location, "hello", 202),
        ("PATCH", &location, "hello", 416),
        ("PUT", &last, "hello", 416),
        ("PUT", &last, "", 201),
    ] {
        let answer = Answer::of(client.request(method, place).body(body)).await;
        assert_eq!(answer.status, status, "{method} {body}");
    }
}

/// Else bytes of a connection that is over could come between those that a new one sends.
#[tokio::test]
async fn whoever_asks_where_an_upload_stands_ends_what_still_arrives() {
    let (sandbox, client) = start(Options::default()).await;
    let location = client.open_upload("app").await;
    let (pieces, body) = tokio::sync::mpsc::channel(1);
    let body = stream::unfold(body, |mut body| async { Some((body.recv().await?, body)) });
    let request = client.request("PATCH", &location);
    let first = request.body(reqwest::Body::wrap_stream(body));
    let first = tokio::spawn(async { Answer::of(first).await.status });
    let send = |bytes: &'static str| pieces.send(Ok::<_, std::io::Error>(bytes));
    send("hello").await.unwrap();
    while sandbox.log().bytes_in() < 5 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let answer = client.send("GET", &location).await;
    assert_eq!(answer.header("range"), "0-4");
    let _ = send("more").await;
    drop(pieces);
    assert_eq!(first.await.unwrap(), 404);
    let answer = client.send("GET", &location).await;
    assert_eq!(answer.header("range"), "0-4");
}

#[tokio::test]
async fn locations_can_be_relative() {
    let (_sandbox, client) = start(Options {
        relative_locations: true,
        ..Options::default()
    })
    .await;
    let location = client.open_upload("app").await;
    assert!(location.starts_with("/v2/app/blobs/uploads/"), "{location}");
    let digest = Digest::sha256(b"hello");
    let request = client
        .request("PUT", &with_digest(&location, &digest))
        .body("hello");
    assert_eq!(
        Answer::of(request).await.header("location"),
        format!("/v2/app/blobs/{digest}")
    );
}

#[tokio::test]
async fn headers_can_be_missing() {
    let options = Options {
        digest_header: false,
        manifest_location: false,
        ..Options::default()
    };
    let (sandbox, client) = start(options).await;
    let image = Image::new("linux/amd64").push(&sandbox, "app", "v1");
    for answer in [
        client.put_manifest("app", "v2", OCI, image.bytes).await,
        client.manifest("HEAD", "app", "v1").await,
    ] {
        assert_eq!(
            (
                answer.header("docker-content-digest"),
                answer.header("location")
            ),
            ("", "")
        );
    }
}

#[tokio::test]
async fn without_ranges_all_of_a_blob_is_sent() {
    let (sandbox, client) = start(Options {
        ranges: false,
        ..Options::default()
    })
    .await;
    let digest = sandbox.put_blob("app", &b"hello"[..]);
    let request = client.request("GET", &format!("/v2/app/blobs/{digest}"));
    let answer = Answer::of(request.header("range", "bytes=3-")).await;
    assert_eq!((answer.status, &answer.body[..]), (200, &b"hello"[..]));
    assert_eq!(
        (
            answer.header("content-range"),
            answer.header("accept-ranges")
        ),
        ("", "")
    );
}

#[tokio::test]
async fn tags_come_in_order_and_in_pages() {
    let (sandbox, client) = start(Options {
        page: 3,
        ..Options::default()
    })
    .await;
    for tag in ["e", "a", "c", "b", "d"] {
        Image::new("linux/amd64").push(&sandbox, "app", tag);
    }
    for (query, tags, next) in [
        ("", "[\"a\",\"b\",\"c\"]", "last=c&n=3"),
        ("?n=2", "[\"a\",\"b\"]", "last=b&n=2"),
        ("?n=2&last=b", "[\"c\",\"d\"]", "last=d&n=2"),
        ("?n=2&last=d", "[\"e\"]", ""),
        ("?last=c", "[\"d\",\"e\"]", ""),
        ("?n=0", "[]", ""),
    ] {
        let answer = client
            .send("GET", &format!("/v2/app/tags/list{query}"))
            .await;
        assert_eq!(answer.json()["tags"].to_string(), tags, "{query}");
        let link = answer.header("link");
        assert_eq!(link.is_empty(), next.is_empty(), "{query}");
        assert!(next.is_empty() || link == format!("</v2/app/tags/list?{next}>; rel=\"next\""));
    }
}

#[tokio::test]
async fn a_tag_can_be_deleted_alone() {
    let (sandbox, client) = start(Options::default()).await;
    let image = Image::new("linux/amd64").push(&sandbox, "app", "v1");
    image.push(&sandbox, "app", "v2");
    assert_eq!(
        client.send("DELETE", "/v2/app/manifests/v1").await.status,
        202
    );
    assert_eq!(
        (sandbox.tag("app", "v1"), sandbox.tag("app", "v2")),
        (None, Some(image.digest))
    );
    assert_eq!(
        client
            .send("DELETE", "/v2/app/manifests/v1")
            .await
            .refusal()
            .1,
        "MANIFEST_UNKNOWN"
    );
    let (_sandbox, client) = start(Options {
        delete: Delete::Off,
        ..Options::default()
    })
    .await;
    assert_eq!(
        client.send("DELETE", "/v2/app/manifests/v1").await.status,
        405
    );
}

#[tokio::test]
async fn manifests_by_sha512() {
    let (_sandbox, client) = start(Options::default()).await;
    let image = Image::new("linux/amd64").build();
    client.push(&image, "app", "v1").await;
    let digest = Digest::of(Algorithm::Sha512, &image.bytes).to_string();
    let answer = client
        .put_manifest("app", &digest, OCI, image.bytes.clone())
        .await;
    assert_eq!(
        (answer.status, answer.header("docker-content-digest")),
        (201, &*digest)
    );
    let answer = client.manifest("GET", "app", &digest).await;
    assert_eq!(
        (answer.header("docker-content-digest"), &answer.body),
        (&*digest, &image.bytes)
    );
}

#[tokio::test]
async fn what_it_holds_can_be_looked_at_without_http() {
    let (sandbox, _client) = start(Options::default()).await;
    let index = Index::of(&["linux/amd64", "linux/arm64"]).push(&sandbox, "team/app", "v1");
    sandbox.put_blob("blobs/only", &b"hello"[..]);
    assert_eq!(sandbox.repositories(), ["team/app"]);
    assert_eq!(sandbox.tags("team/app"), ["v1"]);
    assert_eq!(sandbox.tag("team/app", "v1"), Some(index.digest.clone()));
    let child = &index.children[1];
    assert_eq!(
        sandbox.manifest("team/app", &child.digest).unwrap().bytes,
        child.bytes
    );
    assert!(sandbox.delete_blob("team/app", &child.blobs[0].digest));
    assert!(sandbox.delete_manifest("team/app", &index.digest));
    assert!(sandbox.tags("team/app").is_empty() && sandbox.log().requests().is_empty());
}

#[tokio::test]
async fn nothing_listens_after_a_stop() {
    let (sandbox, client) = start(Options::default()).await;
    client.send("GET", "/v2/").await;
    sandbox.stop().await;
    assert!(client.request("GET", "/v2/").send().await.is_err());
    let (sandbox, client) = start(Options::default()).await;
    client.send("GET", "/v2/").await;
    drop(sandbox);
    while client.request("GET", "/v2/").send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}
