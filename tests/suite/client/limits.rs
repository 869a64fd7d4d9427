use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::StreamExt as _;
use pusher::model::{Cause, Digest};
use pusher::registry::{
    Client, ClientOptions, HostOptions, ReadRegistry as _, Upload, UploadBody, WriteRegistry as _,
};
use pusher::sandbox::{Effect, Fault, Options, Refusal, Sandbox, Takes, Throttle};

use super::{anonymous, client_with, push_blob, push_image, repository, soon, start, tagged};

async fn heads(client: &Client, sandbox: &Sandbox, count: usize) {
    let reference = tagged(sandbox, "app", "v1");
    let found = join_all((0..count).map(|_| client.head_manifest(&reference))).await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().is_some()));
}

#[tokio::test]
async fn a_cap_is_never_passed() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let options = HostOptions {
        concurrency: Some(3),
        ..HostOptions::default()
    };
    let client = client_with(sandbox.address(), options);
    sandbox
        .faults()
        .add(Fault::new("", "", Effect::Delay(Duration::from_millis(5))).always());
    heads(&client, &sandbox, 60).await;
    assert!(sandbox.log().peak() <= 3, "{}", sandbox.log().peak());
}

#[tokio::test]
async fn without_a_cap_many_are_under_way_at_once() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = anonymous();
    sandbox
        .faults()
        .add(Fault::new("", "", Effect::Delay(Duration::from_millis(150))).always());
    heads(&client, &sandbox, 300).await;
    assert!(sandbox.log().peak() >= 60, "{}", sandbox.log().peak());
}

#[tokio::test]
async fn retry_after_stops_all_requests_to_that_host() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = anonymous();
    let reference = tagged(&sandbox, "app", "v1");
    client.head_manifest(&reference).await.unwrap();
    sandbox.log().clear();
    let later = Effect::status(429).header("Retry-After", "2");
    sandbox.faults().add(Fault::new("HEAD", "", later));
    let first = client.head_manifest(&reference);
    let others = async {
        // After the first was told to wait, the others are to wait with it.
        while sandbox.faults().used() == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let asked = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            sandbox.log().requests().len()
        };
        let (found, asked) = tokio::join!(
            join_all((0..20).map(|_| client.head_manifest(&reference))),
            asked
        );
        assert!(found.iter().all(Result::is_ok));
        assert_eq!(asked, 1, "nobody asked during the pause");
    };
    let (first, ()) = tokio::join!(first, others);
    assert!(first.unwrap().is_some());
    assert_eq!(sandbox.log().requests().len(), 22);
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_an_error_that_says_when() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = anonymous();
    let reference = tagged(&sandbox, "app", "v1");
    let later = Effect::status(429).header("Retry-After", "1800");
    sandbox.faults().add(Fault::new("HEAD", "", later).always());
    for _ in 0..2 {
        let error = client.head_manifest(&reference).await.unwrap_err();
        assert_eq!(error.cause(), Cause::RateLimited);
        assert!(error.to_string().contains("come back in 30 min"), "{error}");
    }
    assert_eq!(sandbox.log().requests().len(), 1, "it is not asked before");
}

#[tokio::test]
async fn a_host_that_refuses_more_than_so_much_gets_that_from_then_on() {
    for status in [429, 503] {
        let throttle = Throttle {
            takes: Takes::AtOnce(8),
            refusal: Refusal::Status(status),
        };
        let sandbox = start(Options {
            throttle: Some(throttle),
            ..Options::default()
        })
        .await;
        push_image(&sandbox, "app");
        let client = anonymous();
        let delay = Fault::new("", "", Effect::Delay(Duration::from_millis(30)));
        sandbox.faults().add(delay.always());
        let refused = async || {
            sandbox.log().clear();
            heads(&client, &sandbox, 60).await;
            let log = sandbox.log();
            log.count_where(|request| request.status == Some(status))
        };
        let (first, then) = (refused().await, refused().await);
        assert!(first > 0 && then <= 3, "{then} after {first}");
    }
}

#[tokio::test]
async fn large_blobs_do_not_starve_small_requests() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let (blob, _) = push_blob(&sandbox, "app", 8_000_000);
    let options = HostOptions {
        concurrency: Some(1),
        ..HostOptions::default()
    };
    let client = client_with(sandbox.address(), options);
    let mut stream = client
        .open_blob(&repository(&sandbox, "app"), &blob, 0)
        .await
        .unwrap();
    stream.next().await.unwrap().unwrap();
    let found = client
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().digest, image.digest);
}

/// A copy inside one registry holds a place for its download while it waits for one to upload.
#[tokio::test]
async fn copies_inside_one_registry_do_not_wait_for_themselves() {
    let sandbox = start(Options::default()).await;
    let (blob, bytes) = push_blob(&sandbox, "from", 3_000_000);
    let options = HostOptions {
        concurrency: Some(1),
        ..HostOptions::default()
    };
    let client = client_with(sandbox.address(), options);
    let copies = (0..4).map(|number| {
        let (client, blob) = (client.clone(), blob.clone());
        let (from, to) = (
            repository(&sandbox, "from"),
            repository(&sandbox, &format!("to-{number}")),
        );
        async move {
            let stream = client.open_blob(&from, &blob, 0).await.unwrap();
            let Upload::Session(mut session) = client.start_upload(&to, None).await.unwrap() else {
                panic!("mounted without being asked to")
            };
            let body = UploadBody::stream(stream);
            client
                .finish_upload(&mut session, &blob.digest, blob.size, body)
                .await
                .unwrap();
        }
    });
    join_all(copies).await;
    for number in 0..4 {
        assert_eq!(
            sandbox
                .blob(&format!("to-{number}"), &Digest::sha256(&bytes))
                .unwrap()
                .size(),
            blob.size
        );
    }
}

#[tokio::test]
async fn a_rate_is_kept() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let options = HostOptions {
        requests_per_second: Some(0.01),
        ..HostOptions::default()
    };
    let client = client_with(sandbox.address(), options);
    let reference = tagged(&sandbox, "app", "v1");
    let burst = join_all((0..20).map(|_| client.head_manifest(&reference)));
    tokio::time::timeout(Duration::from_millis(500), burst)
        .await
        .unwrap_err();
    assert_eq!(
        sandbox.log().requests().len(),
        1,
        "the next one is due in 100 s"
    );
}

#[tokio::test]
async fn clones_share_what_is_known() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = Client::new(ClientOptions {
        retry: soon(),
        ..ClientOptions::default()
    });
    heads(&client.clone(), &sandbox, 2).await;
    heads(&client, &sandbox, 2).await;
    assert_eq!(client.stats()[sandbox.address()].total(), 4);
}
