use pusher::model::Digest;
use pusher::model::digest::Algorithm;

use super::{NONE, each, send_body};
use crate::support::client::{Answer, with_digest};
use crate::support::registry::Setup;

#[tokio::test]
async fn one_put_is_enough() {
    each!(Setup::default(), |registry, client| {
        let opened = client.send("POST", "/v2/app/blobs/uploads/").await;
        assert_eq!(opened.status, 202, "{}", registry.name());
        assert_eq!(opened.header("range"), "0-0", "{}", registry.name());
        assert!(
            !opened.header("docker-upload-uuid").is_empty(),
            "{}",
            registry.name()
        );
        let digest = Digest::sha256(b"hello");
        let location = with_digest(opened.header("location"), &digest);
        let answer = send_body(&client, "PUT", &location, b"hello").await;
        assert_eq!(answer.status, 201, "{} {answer:?}", registry.name());
        assert_eq!(answer.header("docker-content-digest"), digest.to_string());
        let location = format!("http://{}/v2/app/blobs/{digest}", registry.address());
        assert_eq!(answer.header("location"), location, "{}", registry.name());
    });
}

#[tokio::test]
async fn a_post_with_a_digest_still_wants_a_put() {
    each!(Setup::default(), |registry, client| {
        let digest = Digest::sha256(b"hello");
        let path = with_digest("/v2/app/blobs/uploads/", &digest);
        let answer = send_body(&client, "POST", &path, b"hello").await;
        assert_eq!(
            (answer.status, answer.header("range")),
            (202, "0-0"),
            "{}",
            registry.name()
        );
        let head = client
            .send("HEAD", &format!("/v2/app/blobs/{digest}"))
            .await;
        assert_eq!(head.status, 404, "{}", registry.name());
    });
}

#[tokio::test]
async fn chunks_add_up() {
    each!(Setup::default(), |registry, client| {
        let mut location = client.open_upload("app").await;
        for (chunk, end) in [(&b"hello"[..], 4), (b", world", 11), (b"!", 12)] {
            let answer = send_body(&client, "PATCH", &location, chunk).await;
            assert_eq!(answer.status, 202, "{} {answer:?}", registry.name());
            assert_eq!(
                answer.header("range"),
                format!("0-{end}"),
                "{}",
                registry.name()
            );
            location = answer.header("location").to_owned();
            let status = client.send("GET", &location).await;
            assert_eq!(status.status, 204, "{}", registry.name());
            assert_eq!(
                status.header("range"),
                format!("0-{end}"),
                "{}",
                registry.name()
            );
        }
        let digest = Digest::sha256(b"hello, world!?");
        let answer = send_body(&client, "PUT", &with_digest(&location, &digest), b"?").await;
        assert_eq!(answer.status, 201, "{} {answer:?}", registry.name());
        let answer = client.send("GET", &format!("/v2/app/blobs/{digest}")).await;
        assert_eq!(&answer.body[..], b"hello, world!?", "{}", registry.name());
    });
}

#[tokio::test]
async fn an_old_location_is_refused() {
    each!(Setup::default(), |registry, client| {
        let location = client.open_upload("app").await;
        assert_eq!(
            send_body(&client, "PATCH", &location, b"abc").await.status,
            202
        );
        let answer = send_body(&client, "PATCH", &location, b"abc").await;
        let refusal = (404, "BLOB_UPLOAD_INVALID".to_owned());
        assert_eq!(answer.refusal(), refusal, "{}", registry.name());
    });
}

#[tokio::test]
async fn a_wrong_digest_ends_the_session() {
    each!(Setup::default(), |registry, client| {
        let location = client.open_upload("app").await;
        let answer = send_body(&client, "PUT", &with_digest(&location, NONE), b"hello").await;
        assert_eq!(
            answer.refusal(),
            (400, "DIGEST_INVALID".to_owned()),
            "{}",
            registry.name()
        );
        let again = with_digest(&location, Digest::sha256(b"hello"));
        let answer = send_body(&client, "PUT", &again, b"hello").await;
        assert_eq!(answer.status, 404, "{} {answer:?}", registry.name());
    });
}

#[tokio::test]
async fn a_digest_is_needed_and_has_to_be_one() {
    each!(Setup::default(), |registry, client| {
        let location = client.open_upload("app").await;
        let answer = send_body(&client, "PUT", &location, b"hello").await;
        assert_eq!(
            answer.refusal(),
            (400, "DIGEST_INVALID".to_owned()),
            "{}",
            registry.name()
        );
        let location = client.open_upload("app").await;
        let answer = send_body(&client, "PUT", &with_digest(&location, "bad"), b"hello").await;
        assert_eq!(
            answer.refusal(),
            (400, "DIGEST_INVALID".to_owned()),
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn sha512_is_taken() {
    each!(Setup::default(), |registry, client| {
        let digest = Digest::of(Algorithm::Sha512, b"hello");
        let location = client.open_upload("app").await;
        let answer = send_body(&client, "PUT", &with_digest(&location, &digest), b"hello").await;
        assert_eq!(answer.status, 201, "{} {answer:?}", registry.name());
        let answer = client.send("GET", &format!("/v2/app/blobs/{digest}")).await;
        assert_eq!(&answer.body[..], b"hello", "{}", registry.name());
    });
}

#[tokio::test]
async fn a_session_can_be_given_up() {
    each!(Setup::default(), |registry, client| {
        let location = client.open_upload("app").await;
        assert_eq!(
            client.send("DELETE", &location).await.status,
            204,
            "{}",
            registry.name()
        );
        let unknown = (404, "BLOB_UPLOAD_UNKNOWN".to_owned());
        assert_eq!(
            client.send("GET", &location).await.refusal(),
            unknown,
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn a_session_belongs_to_its_repository() {
    each!(Setup::default(), |registry, client| {
        let location = client
            .open_upload("app")
            .await
            .replace("/v2/app/", "/v2/other/");
        let answer = send_body(&client, "PATCH", &location, b"abc").await;
        assert_eq!(answer.status / 100, 4, "{} {answer:?}", registry.name());
    });
}

#[tokio::test]
async fn a_body_without_length_is_taken() {
    each!(Setup::default(), |registry, client| {
        let pieces = [Ok::<_, std::io::Error>("hel"), Ok("lo")];
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
        let location = with_digest(&client.open_upload("app").await, Digest::sha256(b"hello"));
        let answer = Answer::of(client.request("PUT", &location).body(body)).await;
        assert_eq!(answer.status, 201, "{} {answer:?}", registry.name());
    });
}
