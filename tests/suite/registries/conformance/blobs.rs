use super::{NONE, each};
use crate::support::client::Answer;
use crate::support::registry::Setup;

#[tokio::test]
async fn come_back_with_length_and_digest() {
    each!(Setup::default(), |registry, client| {
        for bytes in [&b"hello"[..], b"", &vec![7; 300_000]] {
            let digest = client.put_blob("app", bytes).await;
            let path = format!("/v2/app/blobs/{digest}");
            let answer = client.send("GET", &path).await;
            assert_eq!(
                (answer.status, &answer.body[..]),
                (200, bytes),
                "{}",
                registry.name()
            );
            let head = client.send("HEAD", &path).await;
            assert_eq!(
                (head.status, head.body.len()),
                (200, 0),
                "{}",
                registry.name()
            );
            for answer in [answer, head] {
                assert_eq!(answer.header("content-length"), bytes.len().to_string());
                assert_eq!(answer.header("docker-content-digest"), digest.to_string());
                assert_eq!(
                    answer.header("accept-ranges"),
                    "bytes",
                    "{}",
                    registry.name()
                );
                assert_eq!(answer.header("content-type"), "application/octet-stream");
            }
        }
    });
}

#[tokio::test]
async fn are_scoped_to_their_repository() {
    each!(Setup::default(), |registry, client| {
        let digest = client.put_blob("app", b"hello").await;
        let unknown = (404, "BLOB_UNKNOWN".to_owned());
        for (name, digest) in [("other", &*digest.to_string()), ("app", NONE)] {
            let path = format!("/v2/{name}/blobs/{digest}");
            assert_eq!(
                client.send("GET", &path).await.refusal(),
                unknown,
                "{}",
                registry.name()
            );
            assert_eq!(
                client.send("HEAD", &path).await.status,
                404,
                "{}",
                registry.name()
            );
        }
        let answer = client.send("GET", "/v2/app/blobs/sha256:00").await;
        assert_eq!(
            answer.refusal(),
            (400, "DIGEST_INVALID".to_owned()),
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn are_read_in_part() {
    each!(Setup::default(), |registry, client| {
        let bytes: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        let digest = client.put_blob("app", &bytes).await;
        let path = format!("/v2/app/blobs/{digest}");
        for (range, part, start, end) in [
            ("bytes=1-2", &bytes[1..3], 1, 2),
            ("bytes=131000-", &bytes[131_000..], 131_000, 199_999),
            ("bytes=199999-", &bytes[199_999..], 199_999, 199_999),
            ("bytes=100-999999", &bytes[100..], 100, 199_999),
            ("bytes=-5", &bytes[199_995..], 199_995, 199_999),
        ] {
            let answer = Answer::of(client.request("GET", &path).header("range", range)).await;
            assert_eq!(
                (answer.status, &answer.body[..]),
                (206, part),
                "{}",
                registry.name()
            );
            let said = format!("bytes {start}-{end}/200000");
            assert_eq!(answer.header("content-range"), said, "{}", registry.name());
            assert_eq!(answer.header("content-length"), part.len().to_string());
        }
    });
}

#[tokio::test]
async fn a_range_behind_the_end_cannot_be_met() {
    each!(Setup::default(), |registry, client| {
        let digest = client.put_blob("app", b"hello").await;
        let request = client.request("GET", &format!("/v2/app/blobs/{digest}"));
        // The body of this answer is not to be relied on: the real one announces more than it sends.
        let response = request.header("range", "bytes=5-").send().await.unwrap();
        assert_eq!(response.status(), 416, "{}", registry.name());
        assert_eq!(
            response.headers()["content-range"],
            "bytes */5",
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn are_mounted_from_another_repository() {
    each!(Setup::default(), |registry, client| {
        let digest = client.put_blob("app", b"hello").await;
        let path = format!("/v2/other/blobs/uploads/?mount={digest}&from=app");
        let answer = client.send("POST", &path).await;
        assert_eq!(answer.status, 201, "{}", registry.name());
        let location = format!("http://{}/v2/other/blobs/{digest}", registry.address());
        assert_eq!(answer.header("location"), location, "{}", registry.name());
        assert_eq!(answer.header("docker-content-digest"), digest.to_string());
        let answer = client
            .send("GET", &format!("/v2/other/blobs/{digest}"))
            .await;
        assert_eq!(&answer.body[..], b"hello", "{}", registry.name());
    });
}

#[tokio::test]
async fn a_mount_that_fails_opens_an_upload() {
    each!(Setup::default(), |registry, client| {
        let there = client.put_blob("app", b"hello").await;
        for (digest, from) in [
            (NONE, "app"),
            (&*there.to_string(), "nothing"),
            ("bad", "app"),
        ] {
            let path = format!("/v2/other/blobs/uploads/?mount={digest}&from={from}");
            let answer = client.send("POST", &path).await;
            assert_eq!(answer.status, 202, "{} {digest} {from}", registry.name());
            assert_eq!(answer.header("range"), "0-0", "{}", registry.name());
            let location = answer.header("location");
            let request = client.request("PUT", &format!("{location}&digest={there}"));
            assert_eq!(
                Answer::of(request.body("hello")).await.status,
                201,
                "{}",
                registry.name()
            );
        }
    });
}
