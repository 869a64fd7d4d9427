use futures_util::StreamExt as _;
use pusher::model::{Cause, Digest, Failure, Repository, RequestKind};
use pusher::registry::{BlobStream, ReadRegistry as _};
use pusher::sandbox::{Effect, Fault, Options};

use super::{anonymous, descriptor, push_blob, repository, soon_tired, start};

/// Reads what arrives until the stream ends or breaks.
async fn read(mut stream: BlobStream) -> (Vec<u8>, Result<(), Failure>) {
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(error) => return (bytes, Err(error)),
        }
    }
    (bytes, Ok(()))
}

#[tokio::test]
async fn looks_up_and_reads() {
    let sandbox = start(Options::default()).await;
    let (blob, bytes) = push_blob(&sandbox, "app", 300_000);
    let repository = repository(&sandbox, "app");
    let client = anonymous();
    assert!(client.has_blob(&repository, &blob.digest).await);
    assert!(!client.has_blob(&repository, &Digest::sha256(b"x")).await);
    assert_eq!(
        client.get_blob(&repository, &blob).await.unwrap().unwrap(),
        bytes
    );
    let none = descriptor(Digest::sha256(b"x"), 1);
    assert_eq!(client.get_blob(&repository, &none).await.unwrap(), None);
    let stream = client.open_blob(&repository, &blob, 0).await.unwrap();
    assert_eq!(stream.offset(), 0);
    let (found, end) = read(stream).await;
    end.unwrap();
    assert_eq!(found, bytes);
    let stats = client.stats()[sandbox.address()].clone();
    assert_eq!(
        (
            stats.count(RequestKind::GetBlob),
            stats.count(RequestKind::HeadBlob)
        ),
        (3, 2)
    );
    assert!(stats.bytes_in >= 600_000, "{stats:?}");
}

#[tokio::test]
async fn who_keeps_a_small_blob_keeps_its_bytes_alone() {
    let sandbox = start(Options::default()).await;
    let (blob, _) = push_blob(&sandbox, "app", 1000);
    let repository = repository(&sandbox, "app");
    let found = anonymous().get_blob(&repository, &blob).await;
    let buffer = found.unwrap().unwrap().try_into_mut();
    assert_eq!(buffer.unwrap().capacity(), 1000, "no connection's buffer");
}

#[tokio::test]
async fn a_small_blob_that_is_not_what_was_asked_for_is_read_again_and_then_an_error() {
    let sandbox = start(Options::default()).await;
    let (mut blob, bytes) = push_blob(&sandbox, "app", 1000);
    let repository = repository(&sandbox, "app");
    let wrong = Fault::new("GET", "", Effect::Corrupt { at: 500 });
    sandbox.faults().add(wrong.clone());
    let found = anonymous().get_blob(&repository, &blob).await.unwrap();
    assert_eq!(found.unwrap(), bytes);
    sandbox.faults().add(wrong.times(3));
    let error = anonymous().get_blob(&repository, &blob).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Protocol);
    blob.size = 999;
    let error = anonymous().get_blob(&repository, &blob).await.unwrap_err();
    assert!(
        error.to_string().contains("longer than 999 bytes"),
        "{error}"
    );
    blob.size = u64::MAX;
    let error = anonymous().get_blob(&repository, &blob).await.unwrap_err();
    assert!(error.to_string().contains("at most"), "{error}");
    blob.size = 1000;
    sandbox
        .faults()
        .add(Fault::new("GET", "", Effect::Truncate { after: 10 }));
    assert_eq!(
        anonymous()
            .get_blob(&repository, &blob)
            .await
            .unwrap()
            .unwrap(),
        bytes
    );
}

#[tokio::test]
async fn goes_on_from_a_byte_where_the_registry_can() {
    for (ranges, redirect) in [(true, false), (true, true), (false, false)] {
        let sandbox = start(Options {
            ranges,
            redirect,
            ..Options::default()
        })
        .await;
        let (blob, bytes) = push_blob(&sandbox, "app", 100_000);
        let stream = anonymous()
            .open_blob(&repository(&sandbox, "app"), &blob, 70_000)
            .await
            .unwrap();
        let offset = if ranges { 70_000 } else { 0 };
        assert_eq!(stream.offset(), offset);
        let (found, end) = read(stream).await;
        end.unwrap();
        assert_eq!(found, bytes[usize::try_from(offset).unwrap()..]);
    }
}

#[tokio::test]
async fn a_blob_that_cannot_be_read_on_is_read_from_its_first_byte() {
    let lie = |range: &str| Effect::Headers(vec![]).header("Content-Range", range);
    let mut effects: Vec<_> = [400, 401, 403, 404, 405, 412, 416, 500, 501]
        .map(Effect::status)
        .into();
    effects.extend([
        lie("bytes 0-99999/100000"),
        lie("bytes 70000-99999/100001"),
        lie("nonsense"),
    ]);
    for effect in effects {
        for redirect in [false, true] {
            let sandbox = start(Options {
                redirect,
                ..Options::default()
            })
            .await;
            let (blob, bytes) = push_blob(&sandbox, "app", 100_000);
            // As often as it is tried: what passes, and what only an address is over for.
            let times = match (&effect, redirect) {
                (Effect::Answer { status: 500, .. }, _) => 5,
                (Effect::Answer { status, .. }, true) if *status < 500 => 3,
                _ => 1,
            };
            let place = if redirect { "/storage/" } else { "/blobs/" };
            sandbox
                .faults()
                .add(Fault::new("GET", place, effect.clone()).times(times));
            let client = anonymous();
            let stream = client
                .open_blob(&repository(&sandbox, "app"), &blob, 70_000)
                .await;
            let stream = stream.unwrap_or_else(|error| panic!("{effect:?} {redirect}: {error}"));
            assert_eq!(stream.offset(), 0, "{effect:?} {redirect}");
            let (found, end) = read(stream).await;
            end.unwrap();
            assert_eq!(found, bytes);
        }
    }
}

#[tokio::test]
async fn a_part_that_is_of_another_blob_is_not_taken() {
    let sandbox = start(Options::default()).await;
    let (blob, _) = push_blob(&sandbox, "app", 100_000);
    let longer = descriptor(blob.digest, 100_001);
    let client = anonymous();
    let error = client
        .open_blob(&repository(&sandbox, "app"), &longer, 70_000)
        .await;
    assert!(error.unwrap_err().to_string().contains("has 100000 bytes"));
    assert_eq!(
        sandbox.log().count("GET", ""),
        3 * 2,
        "three times, from there on and from the beginning"
    );
}

/// Whether a blob is there is a question that only saves work.
#[tokio::test]
async fn a_blob_that_may_not_be_asked_for_is_taken_for_absent() {
    for status in [400, 401, 403, 405, 410, 429, 500, 501, 503] {
        let sandbox = start(Options::default()).await;
        let (blob, _) = push_blob(&sandbox, "app", 100);
        sandbox
            .faults()
            .add(Fault::new("HEAD", "", Effect::status(status)).always());
        let there = soon_tired()
            .has_blob(&repository(&sandbox, "app"), &blob.digest)
            .await;
        assert!(!there, "{status}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_and_is_not_begun_again() {
    let sandbox = start(Options::default()).await;
    let (blob, bytes) = push_blob(&sandbox, "app", 1_000_000);
    for effect in [
        Effect::Truncate { after: 300_000 },
        Effect::StallBody { after: 300_000 },
    ] {
        sandbox.faults().clear();
        sandbox.log().clear();
        sandbox.faults().add(Fault::new("GET", "", effect.clone()));
        let short = std::time::Duration::from_millis(300);
        let timeouts = pusher::registry::Timeouts {
            stall: short,
            ..Default::default()
        };
        let options = pusher::registry::ClientOptions {
            timeouts,
            ..Default::default()
        };
        let client = pusher::registry::Client::new(options);
        let stream = client
            .open_blob(&repository(&sandbox, "app"), &blob, 0)
            .await
            .unwrap();
        let (found, end) = read(stream).await;
        let error = end.unwrap_err();
        assert_eq!(error.cause(), Cause::Unreachable, "{effect:?}: {error}");
        assert_eq!(found, bytes[..found.len()]);
        assert_eq!(sandbox.log().requests().len(), 1, "{effect:?}");
    }
}

#[tokio::test]
async fn a_blob_of_another_size_is_not_even_begun() {
    let sandbox = start(Options::default()).await;
    let (mut blob, _) = push_blob(&sandbox, "app", 1000);
    blob.size = 1001;
    let error = anonymous()
        .open_blob(&repository(&sandbox, "app"), &blob, 0)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("has 1000 bytes, the manifest says 1001"),
        "{error}"
    );
}

#[tokio::test]
async fn a_blob_that_is_missing_is_an_error_where_it_is_to_be_read() {
    let sandbox = start(Options::default()).await;
    let blob = descriptor(Digest::sha256(b"x"), 1);
    let error = anonymous()
        .open_blob(&repository(&sandbox, "app"), &blob, 0)
        .await
        .unwrap_err();
    assert_eq!((error.status(), error.tries), (Some(404), 1));
    assert!(error.to_string().contains(&blob.digest.short()), "{error}");
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let sandbox = start(Options::default()).await;
    let (blob, _) = push_blob(&sandbox, "app", 10);
    let round = Effect::status(307).header("Location", &format!("/v2/app/blobs/{}", blob.digest));
    sandbox.faults().add(Fault::new("GET", "", round).always());
    let error = anonymous()
        .get_blob(&repository(&sandbox, "app"), &blob)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("more than 5 times"), "{error}");
    assert_eq!(
        sandbox.log().requests().len(),
        3 * 6,
        "asked for three times"
    );
}

#[tokio::test]
async fn an_empty_blob() {
    let sandbox = start(Options::default()).await;
    let (blob, _) = push_blob(&sandbox, "app", 0);
    let repository: Repository = repository(&sandbox, "app");
    let client = anonymous();
    assert_eq!(
        client.get_blob(&repository, &blob).await.unwrap().unwrap(),
        ""
    );
    let (found, end) = read(client.open_blob(&repository, &blob, 0).await.unwrap()).await;
    end.unwrap();
    assert_eq!(found, b"");
}
