use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use pusher::model::{Cause, Digest, RequestKind};
use pusher::registry::{
    Client, ClientOptions, Mount, ReadRegistry as _, RetryOptions, Timeouts, Upload, UploadBody,
    UploadSession, WriteRegistry as _,
};
use pusher::sandbox::{Auth, Bearer, Effect, Fault, Options, Sandbox, User};

use super::{PASSWORD, anonymous, client_for, impatience, push_blob, repository, soon, start};

async fn open(client: &Client, sandbox: &Sandbox) -> UploadSession {
    match client
        .start_upload(&repository(sandbox, "app"), None)
        .await
        .unwrap()
    {
        Upload::Session(session) => session,
        Upload::Done => panic!("mounted without being asked to"),
    }
}

fn streamed(bytes: &[u8], pieces: usize) -> UploadBody {
    let pieces: Vec<_> = bytes
        .chunks(pieces.max(1))
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    UploadBody::stream(stream::iter(pieces as Vec<Result<Bytes, std::io::Error>>))
}

fn some_bytes(count: usize) -> Vec<u8> {
    (0..count)
        .map(|at| u8::try_from(at % 241).unwrap())
        .collect()
}

#[tokio::test]
async fn a_blob_goes_out_in_one_streamed_put() {
    for relative_locations in [true, false] {
        let sandbox = start(Options {
            relative_locations,
            ..Options::default()
        })
        .await;
        let client = anonymous();
        for bytes in [some_bytes(3_000_000), some_bytes(1000), vec![]] {
            sandbox.log().clear();
            let digest = Digest::sha256(&bytes);
            let mut session = open(&client, &sandbox).await;
            let body = streamed(&bytes, 65_536);
            client
                .finish_upload(&mut session, &digest, bytes.len() as u64, body)
                .await
                .unwrap();
            assert_eq!(
                sandbox.blob("app", &digest).unwrap().bytes().unwrap(),
                bytes
            );
            let put = sandbox.log().requests().pop().unwrap();
            assert_eq!(
                (put.method.as_str(), put.bytes_in),
                ("PUT", bytes.len() as u64)
            );
            assert_eq!(sandbox.log().requests().len(), 2);
        }
        let stats = client.stats()[sandbox.address()].clone();
        assert_eq!(stats.bytes_out, 3_001_000);
        assert_eq!(
            (
                stats.count(RequestKind::StartUpload),
                stats.count(RequestKind::FinishUpload)
            ),
            (3, 3)
        );
    }
}

#[tokio::test]
async fn bytes_in_memory_go_out_as_well() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let mut session = open(&client, &sandbox).await;
    let digest = Digest::sha256(b"config");
    client
        .finish_upload(
            &mut session,
            &digest,
            6,
            Bytes::from_static(b"config").into(),
        )
        .await
        .unwrap();
    assert!(client.has_blob(&repository(&sandbox, "app"), &digest).await);
}

#[tokio::test]
async fn a_mount_is_a_mount_or_the_upload_that_it_opened() {
    for (mount, expected) in [(true, 1), (false, 2)] {
        let sandbox = start(Options {
            mount,
            ..Options::default()
        })
        .await;
        let (blob, bytes) = push_blob(&sandbox, "base", 5000);
        let client = anonymous();
        let from = Mount {
            digest: blob.digest.clone(),
            from: repository(&sandbox, "base"),
        };
        match client
            .start_upload(&repository(&sandbox, "app"), Some(&from))
            .await
            .unwrap()
        {
            Upload::Done => assert!(mount),
            Upload::Session(mut session) => {
                assert!(!mount);
                let body = streamed(&bytes, 1000);
                client
                    .finish_upload(&mut session, &blob.digest, blob.size, body)
                    .await
                    .unwrap();
            }
        }
        assert!(sandbox.blob("app", &blob.digest).is_some());
        assert_eq!(sandbox.log().requests().len(), expected);
    }
}

#[tokio::test]
async fn a_mount_that_is_refused_is_an_upload() {
    let denied = vec!["base".to_owned()];
    let users = vec![User::new("user", PASSWORD)];
    let auth = Auth::Bearer(Bearer {
        users,
        denied,
        ..Bearer::default()
    });
    let sandbox = start(Options {
        auth,
        ..Options::default()
    })
    .await;
    let (blob, bytes) = push_blob(&sandbox, "base", 5000);
    let client = client_for(&sandbox);
    let from = Mount {
        digest: blob.digest.clone(),
        from: repository(&sandbox, "base"),
    };
    let upload = client
        .start_upload(&repository(&sandbox, "app"), Some(&from))
        .await
        .unwrap();
    let Upload::Session(mut session) = upload else {
        panic!("{upload:?}")
    };
    let body = streamed(&bytes, 1000);
    client
        .finish_upload(&mut session, &blob.digest, blob.size, body)
        .await
        .unwrap();
    assert!(sandbox.blob("app", &blob.digest).is_some());
}

#[tokio::test]
async fn a_mount_that_cannot_be_asked_for_is_an_upload() {
    for status in [400, 401, 403, 404, 405, 409, 500, 501] {
        let sandbox = start(Options::default()).await;
        let (blob, _) = push_blob(&sandbox, "base", 100);
        sandbox
            .faults()
            .add(Fault::new("POST", "mount=", Effect::status(status)).always());
        let from = Mount {
            digest: blob.digest,
            from: repository(&sandbox, "base"),
        };
        let client = anonymous();
        let upload = client
            .start_upload(&repository(&sandbox, "app"), Some(&from))
            .await;
        assert!(matches!(upload, Ok(Upload::Session(_))), "{status}");
        assert_eq!(sandbox.log().count("POST", "mount="), 1, "{status}");
    }
}

#[tokio::test]
async fn a_mount_from_another_registry_is_not_asked_for() {
    let (sandbox, other) = (
        start(Options::default()).await,
        start(Options::default()).await,
    );
    let (blob, _) = push_blob(&other, "base", 10);
    let from = Mount {
        digest: blob.digest,
        from: repository(&other, "base"),
    };
    let upload = anonymous()
        .start_upload(&repository(&sandbox, "app"), Some(&from))
        .await
        .unwrap();
    assert!(matches!(upload, Upload::Session(_)));
    assert_eq!(sandbox.log().count("POST", "mount"), 0);
}

#[tokio::test]
async fn bytes_that_are_not_the_digest_are_refused() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let mut session = open(&client, &sandbox).await;
    let digest = Digest::sha256(b"something else");
    let error = client
        .finish_upload(&mut session, &digest, 6, streamed(b"config", 2))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.tries),
        (Some("DIGEST_INVALID"), 1),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_is_sent_once() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let bytes = some_bytes(1_000_000);
    let digest = Digest::sha256(&bytes);
    for effect in [Effect::status(503), Effect::ResetUpload { after: 100_000 }] {
        sandbox.faults().clear();
        sandbox.faults().add(Fault::new("PUT", "", effect.clone()));
        let mut session = open(&client, &sandbox).await;
        sandbox.log().clear();
        let body = streamed(&bytes, 65_536);
        let sent = client
            .finish_upload(&mut session, &digest, bytes.len() as u64, body)
            .await;
        assert_eq!(sent.unwrap_err().tries, 1, "{effect:?}");
        assert_eq!(sandbox.log().requests().len(), 1, "{effect:?}");
    }
}

/// Where it stands after that, only the registry can tell.
#[tokio::test]
async fn bytes_in_memory_are_not_sent_twice_to_one_upload() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let bytes = Bytes::from(some_bytes(1_000_000));
    let digest = Digest::sha256(&bytes);
    for effect in [Effect::status(503), Effect::ResetUpload { after: 100_000 }] {
        sandbox.faults().clear();
        sandbox.faults().add(Fault::new("PUT", "", effect.clone()));
        let mut session = open(&client, &sandbox).await;
        sandbox.log().clear();
        let body = UploadBody::from(bytes.clone());
        let sent = client
            .finish_upload(&mut session, &digest, bytes.len() as u64, body)
            .await;
        assert_eq!(sent.unwrap_err().tries, 1, "{effect:?}");
        assert_eq!(sandbox.log().requests().len(), 1, "{effect:?}");
    }
}

#[tokio::test]
async fn an_error_of_the_source_is_told_as_that() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let mut session = open(&client, &sandbox).await;
    let pieces = [
        Ok(Bytes::from_static(b"abc")),
        Err(std::io::Error::other("the source broke")),
    ];
    let body = UploadBody::stream(stream::iter(pieces));
    let error = client
        .finish_upload(&mut session, &Digest::sha256(b"x"), 6, body)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the source broke"), "{error}");
}

#[tokio::test]
async fn an_upload_that_stalls_is_broken() {
    let sandbox = start(Options::default()).await;
    let short = Duration::from_millis(100);
    let timeouts = Timeouts {
        stall: short,
        commit: short,
        ..Timeouts::default()
    };
    let client = Client::new(ClientOptions {
        timeouts,
        ..ClientOptions::default()
    });
    let mut session = open(&client, &sandbox).await;
    let piece = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"abc"))]);
    let body = UploadBody::stream(piece.chain(stream::pending()));
    let error = client
        .finish_upload(&mut session, &Digest::sha256(b"x"), 6, body)
        .await
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Unreachable);
    assert!(error.to_string().contains("no byte for"), "{error}");

    // All is sent, and the registry says nothing.
    let mut session = open(&client, &sandbox).await;
    sandbox.faults().add(Fault::new("PUT", "", Effect::Stall));
    let body = streamed(b"abcdef", 3);
    let error = client
        .finish_upload(&mut session, &Digest::sha256(b"abcdef"), 6, body)
        .await;
    assert!(error.unwrap_err().to_string().contains("no byte for"));
}

#[tokio::test]
async fn a_broken_upload_goes_on_where_it_stands_and_each_piece_says_where_it_belongs() {
    let sandbox = start(Options {
        strict_ranges: true,
        ..Options::default()
    })
    .await;
    let client = anonymous();
    let bytes = some_bytes(100_000);
    let digest = Digest::sha256(&bytes);
    let mut session = open(&client, &sandbox).await;
    assert_eq!(client.upload_offset(&mut session).await.unwrap(), Some(0));
    let first = streamed(&bytes[..30_000], 10_000);
    client
        .append_upload(&mut session, 30_000, first)
        .await
        .unwrap();
    assert_eq!(
        client.upload_offset(&mut session).await.unwrap(),
        Some(30_000)
    );
    let second = streamed(&bytes[30_000..60_000], 10_000);
    client
        .append_upload(&mut session, 30_000, second)
        .await
        .unwrap();
    let rest = streamed(&bytes[60_000..], 10_000);
    client
        .finish_upload(&mut session, &digest, 40_000, rest)
        .await
        .unwrap();
    assert_eq!(
        sandbox.blob("app", &digest).unwrap().bytes().unwrap(),
        bytes
    );
}

#[tokio::test]
async fn an_upload_that_is_not_known_any_more_has_no_offset() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let mut session = open(&client, &sandbox).await;
    sandbox.forget_uploads();
    assert_eq!(client.upload_offset(&mut session).await.unwrap(), None);
    client.cancel_upload(&session).await.unwrap();
}

#[tokio::test]
async fn an_upload_can_be_given_up() {
    let sandbox = start(Options::default()).await;
    let client = anonymous();
    let session = open(&client, &sandbox).await;
    assert_eq!(sandbox.uploads(), 1);
    client.cancel_upload(&session).await.unwrap();
    assert_eq!(sandbox.uploads(), 0);
}

#[tokio::test]
async fn an_upload_without_a_place_is_an_error() {
    let sandbox = start(Options::default()).await;
    sandbox
        .faults()
        .add(Fault::new("POST", "", Effect::status(202)));
    let error = anonymous()
        .start_upload(&repository(&sandbox, "app"), None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("does not say where"), "{error}");
}

#[tokio::test]
async fn an_upload_is_open_where_its_place_is_told_whatever_the_status() {
    for status in [200, 201] {
        let sandbox = start(Options::default()).await;
        let place = Effect::status(status).header("Location", "/v2/app/blobs/uploads/1");
        sandbox.faults().add(Fault::new("POST", "", place));
        let repository = repository(&sandbox, "app");
        let opened = anonymous().start_upload(&repository, None).await.unwrap();
        assert!(matches!(opened, Upload::Session(_)), "{status}");
    }
}

/// The place of an upload may be another host, which gets the bytes and no login.
#[tokio::test]
async fn a_login_does_not_go_where_an_upload_goes() {
    let auth = Auth::basic("user", PASSWORD);
    let sandbox = start(Options {
        auth,
        ..Options::default()
    })
    .await;
    let elsewhere = start(Options::default()).await;
    let client = client_for(&sandbox);
    client
        .has_blob(&repository(&sandbox, "app"), &Digest::sha256(b"x"))
        .await;
    // The same address but for the host name, so another origin.
    let place = format!(
        "http://localhost:{}/u/1",
        elsewhere.address().split_once(':').unwrap().1
    );
    let there = Effect::status(202).header("Location", &place);
    sandbox.faults().add(Fault::new("POST", "", there));
    let upload = client
        .start_upload(&repository(&sandbox, "app"), None)
        .await
        .unwrap();
    let Upload::Session(mut session) = upload else {
        panic!("{upload:?}")
    };
    let body = streamed(b"abc", 3);
    client
        .finish_upload(&mut session, &Digest::sha256(b"abc"), 3, body)
        .await
        .unwrap_err();
    let requests = elsewhere.log().requests();
    assert_eq!((requests.len(), requests[0].authorization), (1, None));
}

#[tokio::test]
async fn a_blob_goes_in_one_request_where_that_is_taken() {
    for whole_blobs in [true, false] {
        let sandbox = start(Options {
            whole_blobs,
            auth: Auth::bearer("user", PASSWORD),
            ..Options::default()
        })
        .await;
        let client = client_for(&sandbox);
        let app = repository(&sandbox, "app");
        let leave = client.whole_blob_leave(&app).unwrap();
        assert!(
            client.whole_blob_leave(&app).is_none(),
            "the first one finds out"
        );
        let bytes = Bytes::from_static(b"small");
        let digest = Digest::sha256(&bytes);
        let pushed = client.push_blob(&app, &digest, bytes.clone(), leave).await;
        match pushed.unwrap() {
            Upload::Done => assert!(whole_blobs),
            Upload::Session(mut session) => {
                assert!(!whole_blobs);
                let finished = client.finish_upload(&mut session, &digest, 5, bytes.into());
                finished.await.unwrap();
            }
        }
        assert_eq!(client.whole_blob_leave(&app).is_some(), whole_blobs);
        assert!(sandbox.blob("app", &digest).is_some());
        assert_eq!(sandbox.uploads(), 0);
    }
}

#[tokio::test]
async fn only_an_answer_that_says_so_tells_that_blobs_do_not_go_in_one_request() {
    let sandbox = start(Options::default()).await;
    let odd = |effect| Fault::new("POST", "/blobs/uploads/", effect);
    for (effect, is_told) in [
        (Effect::status(201), true),
        (Effect::status(400), true),
        (Effect::status(405), true),
        (Effect::status(413), true),
        (Effect::status(501), true),
        (Effect::status(401), false),
        (Effect::status(403), false),
        (Effect::status(404), false),
        (Effect::status(500), false),
        (Effect::status(502), false),
        (Effect::Reset, false),
    ] {
        let client = Client::new(ClientOptions {
            retry: RetryOptions { tries: 1, ..soon() },
            timeouts: impatience(),
            ..ClientOptions::default()
        });
        let app = repository(&sandbox, "app");
        let told = format!("{effect:?}");
        sandbox.faults().add(odd(effect));
        let bytes = Bytes::from_static(b"small");
        let digest = Digest::sha256(&bytes);
        let leave = client.whole_blob_leave(&app).unwrap();
        let pushed = client.push_blob(&app, &digest, bytes, leave).await;
        assert!(pushed.is_err(), "{told}");
        assert_eq!(client.whole_blob_leave(&app).is_none(), is_told, "{told}");
    }
}
