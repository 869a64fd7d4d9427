use pusher::sandbox::images::Image;

use super::{NONE, each};
use crate::support::registry::Setup;

#[tokio::test]
async fn a_manifest_takes_its_tags_along() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64").build();
        let digest = client.push(&image, "app", "v1").await;
        client
            .put_manifest("app", "v2", &image.media_type, image.bytes)
            .await;
        let kept = client
            .push(&Image::new("linux/arm64").build(), "app", "kept")
            .await;
        let answer = client
            .send("DELETE", &format!("/v2/app/manifests/{digest}"))
            .await;
        assert_eq!(answer.status, 202, "{} {answer:?}", registry.name());
        for tag in ["v1", "v2"] {
            assert_eq!(
                registry.tag("app", tag).await,
                None,
                "{} {tag}",
                registry.name()
            );
        }
        assert_eq!(
            registry.tag("app", "kept").await,
            Some(kept),
            "{}",
            registry.name()
        );
        let answer = client
            .send("DELETE", &format!("/v2/app/manifests/{digest}"))
            .await;
        assert_eq!(
            answer.refusal(),
            (404, "MANIFEST_UNKNOWN".to_owned()),
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn a_tag_alone_cannot_be_deleted() {
    each!(Setup::default(), |registry, client| {
        client
            .push(&Image::new("linux/amd64").build(), "app", "v1")
            .await;
        let answer = client.send("DELETE", "/v2/app/manifests/v1").await;
        assert_eq!(
            answer.refusal(),
            (400, "DIGEST_INVALID".to_owned()),
            "{}",
            registry.name()
        );
        assert!(
            registry.tag("app", "v1").await.is_some(),
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn a_tag_is_deleted_behind_its_back() {
    each!(Setup::default(), |registry, client| {
        let digest = client
            .push(&Image::new("linux/amd64").build(), "app", "v1")
            .await;
        registry.delete_tag("app", "v1");
        assert_eq!(registry.tag("app", "v1").await, None, "{}", registry.name());
        let answer = client.manifest("HEAD", "app", &digest.to_string()).await;
        assert_eq!(answer.status, 200, "{}", registry.name());
    });
}

#[tokio::test]
async fn a_blob() {
    each!(Setup::default(), |registry, client| {
        let digest = client.put_blob("app", b"hello").await;
        let path = format!("/v2/app/blobs/{digest}");
        assert_eq!(
            client.send("DELETE", &path).await.status,
            202,
            "{}",
            registry.name()
        );
        assert_eq!(
            client.send("HEAD", &path).await.status,
            404,
            "{}",
            registry.name()
        );
        let unknown = (404, "BLOB_UNKNOWN".to_owned());
        assert_eq!(
            client.send("DELETE", &path).await.refusal(),
            unknown,
            "{}",
            registry.name()
        );
    });
}

#[tokio::test]
async fn can_be_switched_off() {
    each!(
        Setup {
            delete: false,
            ..Setup::default()
        },
        |registry, client| {
            let digest = client
                .push(&Image::new("linux/amd64").build(), "app", "v1")
                .await;
            let refused = (405, "UNSUPPORTED".to_owned());
            for path in [
                format!("/v2/app/manifests/{digest}"),
                format!("/v2/app/blobs/{NONE}"),
            ] {
                let answer = client.send("DELETE", &path).await;
                assert_eq!(answer.refusal(), refused, "{} {path}", registry.name());
            }
        }
    );
}
