//! Hosts that go away for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use pusher::model::{Cause, Outage, OutageStage, RequestKind};
use pusher::registry::{
    Client, ClientOptions, HostOptions, HostStats, OnOutage, ReadRegistry as _, RetryOptions,
};
use pusher::sandbox::{Auth, Effect, Fault, Options, Origin, Sandbox};

use super::{client_with, login, push_blob, push_image, repository, soon, start, tagged};
use crate::support::found;

/// What was told of outages, in words.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Outage>>>);

impl Told {
    fn stages(&self) -> Vec<&'static str> {
        let stage = |outage: &Outage| match outage.stage {
            OutageStage::Begun { .. } => "begun",
            OutageStage::Lasting { .. } => "lasting",
            OutageStage::Over => "over",
            OutageStage::GivenUp => "given up",
        };
        self.0.lock().unwrap().iter().map(stage).collect()
    }

    fn hosts(&self) -> Vec<String> {
        let told = self.0.lock().unwrap();
        told.iter().map(|outage| outage.host.clone()).collect()
    }

    async fn wait_for(&self, stage: &str) {
        until(|| self.stages().contains(&stage)).await;
    }
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Returns a client for one registry, and what it tells.
fn client(host: &str, host_options: HostOptions) -> (Client, Told) {
    let told = Told::default();
    let client = Client::new(ClientOptions {
        hosts: HashMap::from([(host.to_owned(), host_options)]),
        ..options(&told)
    });
    (client, told)
}

fn options(told: &Told) -> ClientOptions {
    let to = told.clone();
    ClientOptions {
        retry: soon(),
        on_outage: OnOutage::new(move |outage| to.0.lock().unwrap().push(outage.clone())),
        ..ClientOptions::default()
    }
}

fn stats(client: &Client, sandbox: &Sandbox) -> HostStats {
    client.stats()[sandbox.address()].clone()
}

/// A registry with an image, and a client that has reached it.
async fn reached(options: HostOptions) -> (Sandbox, Client, Told) {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (client, told) = client(sandbox.address(), options);
    let image = tagged(&sandbox, "app", "v1");
    assert!(client.head_manifest(&image).await.unwrap().is_some());
    (sandbox, client, told)
}

#[tokio::test]
async fn all_wait_for_a_host_that_is_away_and_one_asks_when_it_is_back() {
    let (sandbox, client, told) = reached(HostOptions::default()).await;
    sandbox.go_away(Origin::Registry);
    let image = tagged(&sandbox, "app", "v1");
    let asking = join_all((0..50).map(|_| client.head_manifest(&image)));
    let returning = async {
        told.wait_for("begun").await;
        let before = stats(&client, &sandbox);
        until(|| stats(&client, &sandbox).count(RequestKind::Ping) >= 10).await;
        let after = stats(&client, &sandbox);
        sandbox.come_back(Origin::Registry).unwrap();
        (before, after)
    };
    let (found, (before, after)) = tokio::join!(asking, returning);
    assert!(found.iter().all(|found| matches!(found, Ok(Some(_)))));
    assert_eq!(
        after.count(RequestKind::HeadManifest),
        before.count(RequestKind::HeadManifest),
        "nobody else asks meanwhile"
    );
    let asked = stats(&client, &sandbox).count(RequestKind::HeadManifest);
    assert!(
        asked <= 1 + 2 * 50,
        "each was refused once at most: {asked}"
    );
    assert_eq!(told.stages(), ["begun", "over"]);
    assert_eq!(told.hosts()[0], sandbox.address());
}

#[tokio::test]
async fn a_gateway_that_answers_for_it_and_broken_connections_are_waited_for_too() {
    for effect in [
        Effect::status(502),
        Effect::status(503),
        Effect::status(504),
        Effect::Reset,
    ] {
        let (sandbox, client, told) = reached(HostOptions::default()).await;
        sandbox
            .faults()
            .add(Fault::new("", "", effect.clone()).always());
        let image = tagged(&sandbox, "app", "v1");
        let returning = async {
            told.wait_for("begun").await;
            // More often than a request that has bad luck is tried.
            until(|| stats(&client, &sandbox).count(RequestKind::Ping) >= 10).await;
            sandbox.faults().clear();
        };
        let (found, ()) = tokio::join!(client.head_manifest(&image), returning);
        assert!(found.unwrap().is_some(), "{effect:?}");
        assert_eq!(told.stages(), ["begun", "over"], "{effect:?}");
    }
}

#[tokio::test]
async fn patience_has_an_end_for_all_together() {
    let (sandbox, client, told) = reached(HostOptions {
        patience: Some(Duration::from_millis(300)),
        ..HostOptions::default()
    })
    .await;
    sandbox.go_away(Origin::Registry);
    let image = tagged(&sandbox, "app", "v1");
    let found = join_all((0..50).map(|_| client.head_manifest(&image))).await;
    for found in found {
        let error = found.unwrap_err();
        assert_eq!(error.cause(), Cause::Unreachable);
        assert!(error.to_string().contains("waited for it for"), "{error}");
        assert!(error.waited >= Duration::from_millis(300), "{error}");
    }
    assert_eq!(told.stages(), ["begun", "given up"]);
    let before = stats(&client, &sandbox).total();
    let error = client.list_tags(&repository(&sandbox, "other")).await;
    assert!(error.unwrap_err().to_string().contains("waited for it for"));
    assert_eq!(stats(&client, &sandbox).total(), before, "not asked again");
}

#[tokio::test]
async fn that_it_is_waited_for_is_told_at_once_and_every_half_minute() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let told = Told::default();
    let client = Client::new(ClientOptions {
        retry: RetryOptions::default(),
        ..options(&told)
    });
    let image = tagged(&sandbox, "app", "v1");
    assert!(client.head_manifest(&image).await.unwrap().is_some());
    sandbox.go_away(Origin::Registry);
    tokio::time::pause();
    let error = client.head_manifest(&image).await.unwrap_err();
    assert_eq!(error.waited.as_secs(), 300, "{error}");
    let mut expected = vec!["begun"];
    expected.extend(["lasting"; 9]);
    expected.push("given up");
    assert_eq!(told.stages(), expected);
    let asked = stats(&client, &sandbox).count(RequestKind::Ping);
    assert!((60..80).contains(&asked), "{asked} in 300 s");
    let told = told.0.lock().unwrap();
    assert!(told[0].away < Duration::from_secs(1), "{:?}", told[0]);
}

#[tokio::test]
async fn a_host_that_answers_is_not_away_for_one_thing_that_it_cannot_do() {
    for effect in [Effect::status(502), Effect::Reset] {
        let (sandbox, client, told) = reached(HostOptions::default()).await;
        let bad = Fault::new("", "/bad/", effect.clone()).always();
        sandbox.faults().add(bad);
        let error = client.get_manifest(&tagged(&sandbox, "bad", "v1")).await;
        assert_eq!(error.unwrap_err().tries, 5, "{effect:?}");
        assert_eq!(told.stages(), [""; 0], "{effect:?}");
        let image = tagged(&sandbox, "app", "v1");
        assert!(client.head_manifest(&image).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn without_patience_tries_are_what_counts_and_the_first_to_use_them_up_is_the_last() {
    let (sandbox, client, told) = reached(HostOptions {
        patience: Some(Duration::ZERO),
        ..HostOptions::default()
    })
    .await;
    sandbox.go_away(Origin::Registry);
    let image = tagged(&sandbox, "app", "v1");
    let error = client.head_manifest(&image).await.unwrap_err();
    assert_eq!((error.tries, error.waited), (5, Duration::ZERO));
    let before = stats(&client, &sandbox).total();
    assert_eq!(client.head_manifest(&image).await.unwrap_err().tries, 5);
    assert_eq!(stats(&client, &sandbox).total(), before, "not asked again");
    assert_eq!(told.stages(), [""; 0]);
}

#[tokio::test]
async fn storage_that_a_registry_points_to_is_waited_for_as_well() {
    let sandbox = start(Options {
        redirect: true,
        ..Options::default()
    })
    .await;
    let (blob, _) = push_blob(&sandbox, "app", 100);
    let (client, told) = client(sandbox.address(), HostOptions::default());
    let app = repository(&sandbox, "app");
    assert!(client.get_blob(&app, &blob).await.unwrap().is_some());
    sandbox.go_away(Origin::Storage);
    let returning = async {
        told.wait_for("begun").await;
        // The registry itself is there.
        assert!(client.has_blob(&app, &blob.digest).await);
        sandbox.come_back(Origin::Storage).unwrap();
    };
    let (found, ()) = tokio::join!(client.get_blob(&app, &blob), returning);
    assert!(found.unwrap().is_some());
    assert_eq!(told.stages(), ["begun", "over"]);
    assert_ne!(told.hosts()[0], sandbox.address());
}

#[tokio::test]
async fn a_token_service_is_waited_for_as_well() {
    let sandbox = start(Options {
        auth: Auth::bearer("user", super::PASSWORD),
        ..Options::default()
    })
    .await;
    push_image(&sandbox, "app");
    push_image(&sandbox, "other");
    let options = HostOptions {
        login: Some(found(login())),
        ..HostOptions::default()
    };
    let (client, told) = client(sandbox.address(), options);
    let image = tagged(&sandbox, "app", "v1");
    assert!(client.head_manifest(&image).await.unwrap().is_some());
    sandbox.go_away(Origin::Token);
    let returning = async {
        told.wait_for("begun").await;
        sandbox.come_back(Origin::Token).unwrap();
    };
    let other = tagged(&sandbox, "other", "v1");
    let (found, ()) = tokio::join!(client.head_manifest(&other), returning);
    assert!(found.unwrap().is_some());
    assert_eq!(
        told.hosts(),
        [sandbox.token_address(), sandbox.token_address()]
    );
}

#[tokio::test]
async fn whoever_is_stopped_waits_for_no_host() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let told = Told::default();
    let client = Client::new(ClientOptions {
        stop: Some(stopped),
        ..options(&told)
    });
    let image = tagged(&sandbox, "app", "v1");
    assert!(client.head_manifest(&image).await.unwrap().is_some());
    sandbox.go_away(Origin::Registry);
    let stopping = async {
        told.wait_for("begun").await;
        stop.send_replace(true);
    };
    let (found, ()) = tokio::join!(client.head_manifest(&image), stopping);
    assert_eq!(found.unwrap_err().cause(), Cause::Unreachable);
    assert_eq!(told.stages(), ["begun"], "who stopped it knows");
    sandbox.come_back(Origin::Registry).unwrap();
}

/// Its registry is there: only that what it points to is not has to be found out once.
#[tokio::test]
async fn storage_that_was_waited_for_in_vain_is_not_waited_for_again() {
    let sandbox = start(Options {
        redirect: true,
        ..Options::default()
    })
    .await;
    let (blob, _) = push_blob(&sandbox, "app", 100);
    let patience = Some(Duration::from_millis(300));
    let (client, told) = client(
        sandbox.address(),
        HostOptions {
            patience,
            ..HostOptions::default()
        },
    );
    let app = repository(&sandbox, "app");
    assert!(client.get_blob(&app, &blob).await.unwrap().is_some());
    sandbox.go_away(Origin::Storage);
    let lost = async || {
        let error = client.get_blob(&app, &blob).await.unwrap_err();
        assert!(error.to_string().contains("waited for it for"), "{error}");
        stats(&client, &sandbox).count(RequestKind::GetBlob)
    };
    let before = lost().await;
    assert_eq!(lost().await, before + 1, "it is found out with one request");
    assert_eq!(told.stages(), ["begun", "given up"]);
}

/// Such a host has said when to come back, so it is there.
#[tokio::test]
async fn pauses_that_are_asked_for_are_no_outage_and_cost_no_tries() {
    let (sandbox, _, _) = reached(HostOptions::default()).await;
    let later = Effect::status(503).header("Retry-After", "1");
    sandbox.faults().add(Fault::new("HEAD", "", later).times(2));
    let retry = RetryOptions { tries: 2, ..soon() };
    let told = Told::default();
    let client = Client::new(ClientOptions {
        retry,
        ..options(&told)
    });
    let image = tagged(&sandbox, "app", "v1");
    assert!(client.head_manifest(&image).await.unwrap().is_some());
    assert_eq!(told.stages(), [""; 0]);
}

/// One broken connection breaks all that is on it, which says nothing of the host.
#[tokio::test]
async fn many_that_break_together_do_not_use_up_the_tries_of_others() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = client_with(sandbox.address(), HostOptions::default());
    let image = tagged(&sandbox, "app", "v1");
    client.head_manifest(&image).await.unwrap();
    for name in ["a", "b", "c", "d"] {
        let path = format!("/{name}/");
        sandbox
            .faults()
            .add(Fault::new("", &path, Effect::Reset).always());
        let bad = tagged(&sandbox, name, "v1");
        client.head_manifest(&bad).await.unwrap_err();
    }
    sandbox
        .faults()
        .add(Fault::new("HEAD", "/app/", Effect::Reset).times(4));
    assert!(client.head_manifest(&image).await.unwrap().is_some());
}
