use std::time::Duration;

use futures_util::future::join_all;
use pusher::model::Repository;
use pusher::registry::{Actions, Mount, ReadRegistry as _, Upload, WriteRegistry as _};
use pusher::sandbox::{Announced, Auth, Bearer, Effect, Fault, Options, Sandbox, User};

use super::{PASSWORD, client_for, push_image, repository, start, tagged};

fn options(bearer: Bearer) -> Options {
    let users = vec![User::new("user", PASSWORD)];
    Options {
        auth: Auth::Bearer(Bearer { users, ..bearer }),
        ..Options::default()
    }
}

fn repositories(sandbox: &Sandbox, count: usize) -> Vec<Repository> {
    (0..count)
        .map(|number| repository(sandbox, &format!("team/app-{number}")))
        .collect()
}

#[tokio::test]
async fn one_token_is_for_all_repositories_that_were_announced() {
    let sandbox = start(options(Bearer::default())).await;
    let repositories = repositories(&sandbox, 40);
    for repository in &repositories {
        push_image(&sandbox, &repository.name);
    }
    let client = client_for(&sandbox);
    client.announce(&repositories, Actions::Push);
    let references: Vec<_> = repositories
        .iter()
        .map(|found| tagged(&sandbox, &found.name, "v1"))
        .collect();
    let found = join_all(
        references
            .iter()
            .map(|reference| client.head_manifest(reference)),
    )
    .await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().is_some()));
    assert_eq!(sandbox.log().tokens(), 2, "20 repositories each");
    let probes = 2;
    assert_eq!(
        sandbox.log().count("HEAD", ""),
        40 + probes,
        "the second tells that all are alike"
    );
    client.start_upload(&repositories[0], None).await.unwrap();
    assert_eq!(sandbox.log().tokens(), 2, "they allow writing, too");
}

#[tokio::test]
async fn announcing_costs_an_open_registry_nothing() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "team/app-1");
    let client = client_for(&sandbox);
    client.announce(&repositories(&sandbox, 5), Actions::Pull);
    client
        .head_manifest(&tagged(&sandbox, "team/app-1", "v1"))
        .await
        .unwrap();
    assert_eq!(sandbox.log().requests().len(), 1);
}

/// A registry that grants the first scope alone, and does not say so.
#[tokio::test]
async fn each_gets_its_own_token_where_one_is_not_good_for_several() {
    let sandbox = start(options(Bearer {
        single_scope: true,
        ..Bearer::default()
    }))
    .await;
    let repositories = repositories(&sandbox, 10);
    for repository in &repositories {
        push_image(&sandbox, &repository.name);
    }
    let client = client_for(&sandbox);
    client.announce(&repositories, Actions::Pull);
    for repository in &repositories {
        let reference = tagged(&sandbox, &repository.name, "v1");
        assert!(client.head_manifest(&reference).await.unwrap().is_some());
        assert!(client.head_manifest(&reference).await.unwrap().is_some());
    }
    assert_eq!(
        sandbox.log().tokens(),
        10,
        "one is for the first and tells for all"
    );
}

/// A registry that refuses the whole token because of one repository.
#[tokio::test]
async fn one_repository_does_not_spoil_the_others() {
    let sandbox = start(options(Bearer::default())).await;
    let repositories = repositories(&sandbox, 3);
    for repository in &repositories {
        push_image(&sandbox, &repository.name);
    }
    let several = Fault::new("GET", "/token*scope=*scope=", Effect::status(403)).always();
    sandbox.faults().add(several);
    let client = client_for(&sandbox);
    client.announce(&repositories, Actions::Pull);
    for repository in &repositories {
        let reference = tagged(&sandbox, &repository.name, "v1");
        assert!(client.head_manifest(&reference).await.unwrap().is_some());
    }
    assert_eq!(sandbox.log().tokens(), 4);
}

/// A token service that knows no token for several, in one way or another.
#[tokio::test]
async fn where_no_token_is_for_several_each_is_asked_for_alone() {
    for status in [400, 401, 403, 404, 414, 431, 500, 502, 504, 522] {
        let sandbox = start(options(Bearer::default())).await;
        let repositories = repositories(&sandbox, 3);
        for repository in &repositories {
            push_image(&sandbox, &repository.name);
        }
        let several = Fault::new("GET", "/token*scope=*scope=", Effect::status(status)).always();
        sandbox.faults().add(several);
        let client = client_for(&sandbox);
        client.announce(&repositories, Actions::Pull);
        let tags: Vec<_> = repositories
            .iter()
            .map(|repository| tagged(&sandbox, &repository.name, "v1"))
            .collect();
        for found in join_all(tags.iter().map(|tag| client.head_manifest(tag))).await {
            assert!(found.unwrap().is_some(), "{status}");
        }
        assert_eq!(
            sandbox.log().tokens(),
            4,
            "one try together, then each: {status}"
        );
    }
}

#[tokio::test]
async fn a_wrong_login_is_tried_alone_and_seldom() {
    let sandbox = start(options(Bearer::default())).await;
    let login = Some(crate::support::found(pusher::registry::Login::Password {
        username: "user".to_owned(),
        password: pusher::model::Secret::new("wrong".to_owned()),
    }));
    let options = pusher::registry::HostOptions {
        login,
        ..pusher::registry::HostOptions::default()
    };
    let client = super::client_with(sandbox.address(), options);
    let repositories = repositories(&sandbox, 100);
    client.announce(&repositories, Actions::Pull);
    let tags: Vec<_> = repositories
        .iter()
        .map(|repository| tagged(&sandbox, &repository.name, "v1"))
        .collect();
    for found in join_all(tags.iter().map(|tag| client.head_manifest(tag))).await {
        assert!(
            found
                .unwrap_err()
                .to_string()
                .contains("the login from `LOGIN` was refused")
        );
    }
    assert_eq!(sandbox.log().tokens(), 3, "together and alone");
}

/// Aliyun's token server is reported to answer 401 for a moment, whoever asks.
#[tokio::test]
async fn a_login_that_is_refused_at_the_first_contact_is_tried_again() {
    let sandbox = start(options(Bearer::default())).await;
    let repositories = repositories(&sandbox, 30);
    let client = client_for(&sandbox);
    client.announce(&repositories, Actions::Pull);
    let refusal = Fault::new("GET", "/token", Effect::status(401));
    sandbox.faults().add(refusal.times(2));
    let tags: Vec<_> = repositories
        .iter()
        .map(|repository| tagged(&sandbox, &repository.name, "v1"))
        .collect();
    let found = join_all(tags.iter().map(|tag| client.head_manifest(tag))).await;
    assert!(found.iter().all(Result::is_ok), "{found:?}");
}

/// A registry that leaves one repository out of the token.
#[tokio::test]
async fn one_repository_that_is_denied_is_the_only_one_to_ask_again() {
    let denied = vec!["team/app-1".to_owned()];
    let sandbox = start(options(Bearer {
        denied,
        ..Bearer::default()
    }))
    .await;
    let repositories = repositories(&sandbox, 10);
    for repository in &repositories {
        push_image(&sandbox, &repository.name);
    }
    let client = client_for(&sandbox);
    client.announce(&repositories, Actions::Pull);
    for repository in &repositories {
        let found = client
            .head_manifest(&tagged(&sandbox, &repository.name, "v1"))
            .await;
        assert_eq!(found.is_ok(), repository.name != "team/app-1");
    }
    assert_eq!(sandbox.log().tokens(), 2);
}

#[tokio::test]
async fn a_mount_needs_both_repositories_in_one_token() {
    let sandbox = start(options(Bearer::default())).await;
    let (blob, _) = super::push_blob(&sandbox, "base", 100);
    let mount = Mount {
        digest: blob.digest.clone(),
        from: repository(&sandbox, "base"),
    };
    let client = client_for(&sandbox);
    let upload = client
        .start_upload(&repository(&sandbox, "app"), Some(&mount))
        .await
        .unwrap();
    assert!(matches!(upload, Upload::Done), "{upload:?}");
    assert_eq!(sandbox.log().tokens(), 1);
    let asked = sandbox
        .log()
        .requests()
        .into_iter()
        .find(|request| request.is("GET", "/token"));
    let asked = asked.unwrap().path;
    assert!(
        asked.contains("app%3Apull%2Cpush") && asked.contains("base%3Apull"),
        "{asked}"
    );
}

#[tokio::test]
async fn reading_asks_for_no_right_to_write() {
    let sandbox = start(options(Bearer::default())).await;
    client_for(&sandbox)
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap();
    assert_eq!(sandbox.log().count("GET", "push"), 0);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    // It says that it lives for 3 s, and is not used in the last fifth of that.
    let lifetime = Duration::from_secs(3);
    let sandbox = start(options(Bearer {
        lifetime,
        ..Bearer::default()
    }))
    .await;
    push_image(&sandbox, "app");
    let client = client_for(&sandbox);
    let reference = tagged(&sandbox, "app", "v1");
    client.head_manifest(&reference).await.unwrap();
    client.head_manifest(&reference).await.unwrap();
    assert_eq!(sandbox.log().tokens(), 1);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    client.head_manifest(&reference).await.unwrap();
    assert_eq!(sandbox.log().tokens(), 2);
    let refused = sandbox
        .log()
        .count_where(|request| request.status == Some(401));
    assert_eq!(
        refused, 1,
        "the probe: no request went with a token that had expired"
    );
}

#[tokio::test]
async fn a_token_that_lies_about_its_life_is_renewed_on_refusal() {
    let lifetime = Duration::from_millis(1);
    for announced in [Announced::Nothing, Announced::Seconds(3600)] {
        let sandbox = start(options(Bearer {
            announced,
            ..Bearer::default()
        }))
        .await;
        push_image(&sandbox, "app");
        let client = client_for(&sandbox);
        let reference = tagged(&sandbox, "app", "v1");
        client.head_manifest(&reference).await.unwrap();
        sandbox.revoke_tokens();
        tokio::time::sleep(lifetime).await;
        assert!(client.head_manifest(&reference).await.unwrap().is_some());
        assert_eq!(sandbox.log().tokens(), 2);
    }
}

/// Aliyun's token server is reported to answer many requests with 401 or a reset.
#[tokio::test]
async fn a_login_that_worked_is_tried_again() {
    let sandbox = start(options(Bearer::default())).await;
    push_image(&sandbox, "a");
    push_image(&sandbox, "b");
    let client = client_for(&sandbox);
    client
        .head_manifest(&tagged(&sandbox, "a", "v1"))
        .await
        .unwrap();
    sandbox
        .faults()
        .add(Fault::new("GET", "/token", Effect::status(401)).times(2));
    sandbox
        .faults()
        .add(Fault::new("GET", "/token", Effect::Reset));
    assert!(
        client
            .head_manifest(&tagged(&sandbox, "b", "v1"))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(sandbox.log().count("GET", "/token"), 5);
}
