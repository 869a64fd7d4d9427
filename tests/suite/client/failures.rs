use std::time::Duration;

use futures_util::future::join_all;
use pusher::model::{Cause, Reference, Repository};
use pusher::registry::{Client, ClientOptions, ReadRegistry as _, Timeouts, WriteRegistry as _};
use pusher::render::hints::of_failure;
use pusher::sandbox::{Effect, Fault, Options};

use super::{anonymous, push_image, soon, start, tagged};

#[tokio::test]
async fn passing_trouble_is_tried_again_and_then_it_is_over() {
    for effect in [
        Effect::status(408),
        Effect::status(429),
        Effect::status(500),
        Effect::status(502),
        Effect::status(503),
        Effect::status(504),
        Effect::status(520),
        Effect::status(522),
        Effect::Reset,
    ] {
        let sandbox = start(Options::default()).await;
        push_image(&sandbox, "app");
        let client = anonymous();
        sandbox
            .faults()
            .add(Fault::new("HEAD", "", effect.clone()).times(4));
        let found = client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap();
        assert!(found.is_some(), "{effect:?}");
        assert_eq!(sandbox.log().count("HEAD", ""), 5, "{effect:?}");
        assert_eq!(client.stats()[sandbox.address()].retries, 4, "{effect:?}");
    }
}

#[tokio::test]
async fn each_counts_what_was_tried_again_for_it_and_no_other() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = anonymous();
    let ask = async |times: usize| {
        let (client, retries) = client.counted();
        let fault = Fault::new("HEAD", "", Effect::status(503));
        sandbox.faults().add(fault.times(times));
        let reference = tagged(&sandbox, "app", "v1");
        client.head_manifest(&reference).await.unwrap();
        client.count_retry();
        retries.get()
    };
    assert_eq!((ask(3).await, ask(1).await, ask(0).await), (4, 2, 1));
    assert_eq!(client.counted().1.get(), 0);
}

#[tokio::test]
async fn the_number_of_tries_has_a_limit_and_is_told() {
    let sandbox = start(Options::default()).await;
    sandbox
        .faults()
        .add(Fault::new("", "/manifests/", Effect::status(503)).always());
    let error = anonymous()
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.cause(), error.status(), error.tries),
        (Cause::Server, Some(503), 6)
    );
    assert_eq!(sandbox.log().count("HEAD", ""), 5);
    assert_eq!(
        sandbox.log().count("GET", "/manifests/"),
        1,
        "it may have words"
    );
    let expected = format!(
        "cannot read manifest `app:v1` at `{}`: it answered 503 Service Unavailable, \
         tried 6 times",
        sandbox.address()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for status in [400, 401, 403, 405, 410, 418, 422] {
        let sandbox = start(Options::default()).await;
        sandbox
            .faults()
            .add(Fault::new("", "", Effect::status(status)).always());
        let error = anonymous()
            .get_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap_err();
        assert_eq!(error.tries, 1, "{error}");
        assert_eq!(sandbox.log().count("", "/manifests/"), 1, "{status}");
    }
}

#[tokio::test]
async fn absent_is_not_an_error_and_not_tried_again() {
    let sandbox = start(Options::default()).await;
    let found = anonymous()
        .get_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap();
    assert_eq!((found, sandbox.log().requests().len()), (None, 1));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_read_again() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    for effect in [Effect::Truncate { after: 5 }, Effect::Reset] {
        sandbox.faults().add(Fault::new("GET", "", effect));
    }
    let found = anonymous()
        .get_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().bytes, image.bytes);
    assert_eq!(sandbox.log().count("", "/manifests/"), 3);
}

/// Returns a client that waits for nothing long.
fn impatient() -> Client {
    let short = Duration::from_millis(200);
    let timeouts = Timeouts {
        answer: short,
        stall: short,
        ..Timeouts::default()
    };
    Client::new(ClientOptions {
        retry: soon(),
        timeouts,
        ..ClientOptions::default()
    })
}

#[tokio::test]
async fn silence_counts_as_broken() {
    for effect in [Effect::Stall, Effect::StallBody { after: 3 }] {
        let sandbox = start(Options::default()).await;
        let image = push_image(&sandbox, "app");
        sandbox.faults().add(Fault::new("GET", "", effect.clone()));
        let found = impatient()
            .get_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap();
        assert_eq!(found.unwrap().bytes, image.bytes, "{effect:?}");
        assert_eq!(sandbox.log().requests().len(), 2, "{effect:?}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_costs_its_tries_once() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = listener.local_addr().unwrap().to_string();
    drop(listener);
    let client = anonymous();
    let references: Vec<_> = (0..50)
        .map(|number| {
            let name = format!("app-{number}");
            Reference::tagged(
                Repository {
                    registry: registry.clone(),
                    name,
                },
                "v1",
            )
        })
        .collect();
    let found = join_all(
        references
            .iter()
            .map(|reference| client.head_manifest(reference)),
    )
    .await;
    for (number, found) in found.into_iter().enumerate() {
        let error = found.unwrap_err();
        assert_eq!(error.cause(), Cause::Unreachable);
        assert!(
            error.to_string().contains(&format!("`app-{number}:v1`")),
            "{error}"
        );
        assert!(error.to_string().contains("no connection"), "{error}");
    }
    let tries = client.stats()[&registry].total();
    // Two were to find out how it wants to be asked. What one has found out may spare the other its last try.
    assert!((3..=6).contains(&tries), "{tries}");
}

#[tokio::test]
async fn a_name_that_is_no_host_is_an_error_and_no_panic() {
    let repository = Repository {
        registry: "not a host".to_owned(),
        name: "app".to_owned(),
    };
    let error = anonymous().list_tags(&repository).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`not a host` is not a host name"),
        "{error}"
    );
}

#[tokio::test]
async fn one_failing_request_does_not_stop_those_that_wait_for_the_probe() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    sandbox
        .faults()
        .add(Fault::new("", "/bad/", Effect::status(500)).always());
    let client = anonymous();
    let (bad, good) = (tagged(&sandbox, "bad", "v1"), tagged(&sandbox, "app", "v1"));
    let (bad, good) = tokio::join!(client.head_manifest(&bad), client.head_manifest(&good));
    assert_eq!(bad.unwrap_err().cause(), Cause::Server);
    assert!(good.unwrap().is_some());
}

#[tokio::test]
async fn a_probe_that_is_given_up_does_not_stop_the_others() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    sandbox
        .faults()
        .add(Fault::new("HEAD", "/stuck/", Effect::Stall).always());
    let client = anonymous();
    let stuck = tagged(&sandbox, "stuck", "v1");
    let probe = tokio::time::timeout(Duration::from_millis(100), client.head_manifest(&stuck));
    probe.await.unwrap_err();
    assert!(
        client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn what_a_hostile_registry_says_cannot_steer_a_terminal() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let registry = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await;
        let body = r#"{"errors":[{"code":"X","message":"\u001b[2Jgone\r\n\u202eevil"}]}"#;
        let answer = format!(
            "HTTP/1.1 400 Bad\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        socket.write_all(answer.as_bytes()).await.unwrap();
    });
    let repository = Repository {
        registry,
        name: "app".to_owned(),
    };
    let error = anonymous()
        .get_manifest(&Reference::tagged(repository, "v1"))
        .await
        .unwrap_err();
    assert!(error.to_string().ends_with("X: [2Jgone evil"), "{error}");
}

#[tokio::test]
async fn docker_hubs_limit_on_pulls_is_kept_and_is_not_run_against() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = anonymous();
    let reference = tagged(&sandbox, "app", "v1");
    client.head_manifest(&reference).await.unwrap();
    assert_eq!(client.pull_limit(sandbox.address()), None);
    let headers = Effect::Headers(vec![])
        .header("RateLimit-Limit", "100;w=21600")
        .header("RateLimit-Remaining", "0;w=21600");
    sandbox.faults().add(Fault::new("HEAD", "", headers));
    client.head_manifest(&reference).await.unwrap();
    let limit = client.pull_limit(sandbox.address()).unwrap();
    assert_eq!((limit.remaining, limit.limit), (0, Some(100)));
    assert_eq!(limit.window, Some(Duration::from_secs(21600)));
    assert_eq!(client.pull_limit("elsewhere"), None);

    let spent = Effect::status(429).header("RateLimit-Remaining", "0;w=21600");
    sandbox.faults().add(Fault::new("GET", "", spent).always());
    let error = client.get_manifest(&reference).await.unwrap_err();
    assert_eq!(
        (error.cause(), error.tries),
        (Cause::RateLimited, 1),
        "{error}"
    );
    assert!(error.to_string().contains("limit on pulls"), "{error}");
    assert!(of_failure(&error).unwrap().contains("docker login"));

    let asked = sandbox.log().count("GET", "/manifests/");
    let again = client.get_manifest(&tagged(&sandbox, "app", "v2")).await;
    let again = again.unwrap_err().to_string();
    assert!(
        again.contains("app:v2") && again.contains("limit on pulls"),
        "{again}"
    );
    assert_eq!(
        sandbox.log().count("GET", "/manifests/"),
        asked,
        "none is asked for any more"
    );
    assert!(
        client.head_manifest(&reference).await.unwrap().is_some(),
        "that is no pull"
    );
}

#[tokio::test]
async fn trouble_at_a_storage_host_is_told_as_that_and_is_not_the_registrys() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (blob, _) = super::push_blob(&sandbox, "app", 100);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let place = format!("http://localhost:{port}/x?signature=s3cret");
    let there = Effect::status(307).header("Location", &place);
    sandbox
        .faults()
        .add(Fault::new("GET", "/blobs/", there).always());
    let client = anonymous();
    let repository = super::repository(&sandbox, "app");
    let error = client.get_blob(&repository, &blob).await.unwrap_err();
    assert_eq!((error.cause(), error.tries), (Cause::Unreachable, 5));
    let text = error.to_string();
    assert!(
        text.contains("`localhost`, where it points to: no connection"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    let found = client
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap();
    assert!(found.is_some(), "the registry itself is there");
}
