//! Answers that make no sense: asked for again, for they may have been damaged on their way.

use pusher::model::{Cause, RawManifest, Reference, RequestKind};
use pusher::registry::{ReadRegistry as _, WriteRegistry as _};
use pusher::sandbox::{Auth, Bearer, Effect, Fault, Options, User};

use super::{
    PASSWORD, anonymous, client_for, descriptor, push_blob, push_image, repository, start, tagged,
};

/// A digest that nothing has.
const OTHER: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

fn other_digest() -> Effect {
    Effect::Headers(vec![]).header("Docker-Content-Digest", OTHER)
}

#[tokio::test]
async fn what_was_damaged_once_is_asked_for_again() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let (blob, bytes) = push_blob(&sandbox, "app", 200_000);
    let repository = repository(&sandbox, "app");
    let tag = tagged(&sandbox, "app", "v1");
    let digested = Reference::digested(repository.clone(), image.digest.clone());
    let damaged = [
        ("GET", "/manifests/", Effect::Corrupt { at: 5 }),
        ("HEAD", "/manifests/sha256", other_digest()),
        ("PUT", "/manifests/", other_digest()),
        ("GET", "/blobs/", Effect::Json("{}")),
        ("GET", "/tags/list", Effect::Truncate { after: 3 }),
        (
            "POST",
            "/uploads/",
            Effect::status(307).header("Location", "/v2/app/blobs/uploads/"),
        ),
    ];
    let count = damaged.len();
    for (method, path, effect) in damaged {
        // One circle is as long as a request follows it.
        let times = if method == "POST" { 6 } else { 1 };
        sandbox
            .faults()
            .add(Fault::new(method, path, effect).times(times));
    }
    let client = anonymous();
    let found = client.head_manifest(&digested).await.unwrap().unwrap();
    assert_eq!(found.digest, image.digest);
    let read = client.get_manifest(&digested).await.unwrap().unwrap();
    assert_eq!(read.bytes, image.bytes);
    client
        .put_manifest(&tag, &RawManifest { ..read })
        .await
        .unwrap();
    let read = client.get_blob(&repository, &blob).await.unwrap().unwrap();
    assert_eq!(read, bytes);
    assert_eq!(
        client.list_tags(&repository).await.unwrap().unwrap(),
        ["v1"]
    );
    client.start_upload(&repository, None).await.unwrap();
    assert_eq!(sandbox.faults().used(), count + 5);
}

#[tokio::test]
async fn a_token_that_was_damaged_is_asked_for_again() {
    let options = Options {
        auth: Auth::Bearer(Bearer {
            users: vec![User::new("user", PASSWORD)],
            ..Bearer::default()
        }),
        ..Options::default()
    };
    let sandbox = start(options).await;
    push_image(&sandbox, "app");
    let half = Effect::Json(r#"{"token":"#);
    sandbox.faults().add(Fault::new("GET", "/token", half));
    let client = client_for(&sandbox);
    let found = client.head_manifest(&tagged(&sandbox, "app", "v1")).await;
    assert!(found.unwrap().is_some());
}

#[tokio::test]
async fn what_makes_no_sense_again_and_again_is_an_error_that_says_how_often() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let corrupt = Effect::Corrupt { at: 5 };
    sandbox
        .faults()
        .add(Fault::new("GET", "", corrupt).always());
    let client = anonymous();
    let error = client
        .get_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.cause(), error.tries),
        (Cause::Protocol, 3),
        "{error}"
    );
    let stats = &client.stats()[sandbox.address()];
    assert_eq!(stats.count(RequestKind::GetManifest), 3);
}

#[tokio::test]
async fn what_was_understood_is_not_asked_for_again() {
    let sandbox = start(Options::default()).await;
    let (blob, _) = push_blob(&sandbox, "app", 1000);
    let shorter = descriptor(blob.digest, 999);
    let repository = repository(&sandbox, "app");
    let error = anonymous()
        .get_blob(&repository, &shorter)
        .await
        .unwrap_err();
    assert_eq!(
        (error.cause(), error.tries),
        (Cause::Protocol, 1),
        "{error}"
    );
}
