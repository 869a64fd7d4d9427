//! Registries whose repositories want to be asked in different ways, or are not called what their path says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use futures_util::future::join_all;
use pusher::model::{Cause, RequestKind};
use pusher::registry::{
    Actions, Client, ClientOptions, Credentials, HostOptions, LoginSource, ReadRegistry as _,
};
use tempfile::TempDir;

use super::scripted::{Asked, Scripted, challenge, manifest, status, token};
use super::{anonymous, client_with, login, soon};
use crate::support::found;

/// `user:hunter2-hunter2` as a request says it.
const BASIC: &str = "Basic dXNlcjpodW50ZXIyLWh1bnRlcjI=";

fn with_login(server: &Scripted) -> Client {
    let options = HostOptions {
        login: Some(found(login())),
        ..HostOptions::default()
    };
    client_with(&server.address, options)
}

/// Returns the first part of the repository's name that a request is about.
fn first_part(asked: &Asked) -> String {
    let path = asked.path.trim_start_matches("/v2/");
    path.split('/').next().unwrap_or_default().to_owned()
}

/// Artifactory has a token service for each of its repositories, and each knows its own alone.
#[tokio::test]
async fn each_repository_is_asked_at_the_service_that_it_names() {
    let server = Scripted::start(|asked, own| {
        if let Some(rest) = asked.path.strip_prefix("/auth/") {
            let (key, query) = rest.split_once('?').unwrap();
            return if query.matches("scope=").count() == 1 && query.contains(&format!("{key}%2Fapp")) { token(key) } else { status(403, &[]) };
        }
        let key = first_part(asked);
        if asked.authorization() == Some(&format!("Bearer {key}")) { manifest(asked) } else { challenge(&format!(
            "Bearer realm=\"http://{own}/auth/{key}\",service=\"{key}\",scope=\"repository:{key}/app:pull\""
        )) }
    })
    .await;
    let client = anonymous();
    let names: Vec<_> = ["hub", "quay", "ghcr"]
        .map(|key| format!("{key}/app"))
        .into();
    let repositories: Vec<_> = names.iter().map(|name| server.repository(name)).collect();
    client.announce(&repositories, Actions::Pull);
    let references: Vec<_> = names.iter().map(|name| server.tagged(name)).collect();
    for found in join_all(references.iter().map(|tag| client.head_manifest(tag))).await {
        assert!(found.unwrap().is_some());
    }
    for key in ["hub", "quay", "ghcr"] {
        assert!(server.count("GET", &format!("/auth/{key}?")) > 0);
    }
    let found = client.head_manifest(&references[1]).await.unwrap();
    assert!(found.is_some());
    assert_eq!(
        server.count("HEAD", "/v2/quay/"),
        3,
        "it is known from then on"
    );
}

#[tokio::test]
async fn open_basic_and_bearer_stand_side_by_side() {
    for order in [
        ["open", "basic", "bearer"],
        ["bearer", "basic", "open"],
        ["basic", "open", "bearer"],
    ] {
        let server = Scripted::start(|asked, own| {
            if asked.path.starts_with("/token") {
                return token("t");
            }
            match (&*first_part(asked), asked.authorization()) {
                ("open", None) | ("basic", Some(BASIC)) | ("bearer", Some("Bearer t")) => {
                    manifest(asked)
                }
                // It takes no login for what needs none.
                ("open", Some(_)) => status(400, &[]),
                ("basic", _) => challenge("Basic realm=\"x\""),
                _ => challenge(&format!("Bearer realm=\"http://{own}/token\"")),
            }
        })
        .await;
        let client = with_login(&server);
        for _ in 0..2 {
            for name in order {
                let found = client
                    .head_manifest(&server.tagged(&format!("{name}/app")))
                    .await;
                assert!(found.unwrap().is_some(), "{name} of {order:?}");
            }
        }
        assert_eq!(
            server.count("HEAD", ""),
            8,
            "each of those that ask was asked once more: {order:?}"
        );
    }
}

/// What two want is taken for the others; one of those may be another case all the same.
#[tokio::test]
async fn a_guess_that_comes_to_nothing_is_given_up() {
    let server = Scripted::start(|asked, own| {
        if asked.path.starts_with("/token") {
            return if asked.path.contains("open") {
                status(404, &[])
            } else {
                token("t")
            };
        }
        match asked.authorization() {
            None if asked.path.contains("open") => manifest(asked),
            Some("Bearer t") if !asked.path.contains("open") => manifest(asked),
            _ => challenge(&format!("Bearer realm=\"http://{own}/token\"")),
        }
    })
    .await;
    let client = with_login(&server);
    for name in ["a", "b", "open", "c"] {
        let found = client.head_manifest(&server.tagged(name)).await;
        assert!(found.unwrap().is_some(), "{name}");
    }
    assert_eq!(server.count("HEAD", "/v2/c/"), 1);
    let before = server.asked().len();
    client.head_manifest(&server.tagged("open")).await.unwrap();
    assert_eq!(server.asked().len(), before + 1, "it is known to be open");
}

/// The path is not what the token service calls the repository; the challenge says what it does.
#[tokio::test]
async fn the_scope_of_the_challenge_is_asked_for() {
    let server = Scripted::start(|asked, own| {
        if asked.path.starts_with("/token") {
            return if asked.path.contains("scope=repository%3Ateam%2Fapp%3Apull") {
                token("t")
            } else {
                status(403, &[])
            };
        }
        match asked.authorization() {
            Some("Bearer t") => manifest(asked),
            _ => challenge(&format!(
                "Bearer realm=\"http://{own}/token\",scope=\"repository:team/app:pull\""
            )),
        }
    })
    .await;
    let client = anonymous();
    let tag = server.tagged("docker/team/app");
    assert!(client.head_manifest(&tag).await.unwrap().is_some());
    assert_eq!(server.count("", "/token"), 1);
}

#[tokio::test]
async fn a_registrys_own_words_are_asked_for_besides() {
    let server = Scripted::start(|asked, own| {
        if asked.path.starts_with("/token") {
            let words = ["scope=aws", "scope=repository%3Aapp%3Apull"];
            return if words.iter().all(|word| asked.path.contains(word)) {
                token("t")
            } else {
                status(400, &[])
            };
        }
        match asked.authorization() {
            Some("Bearer t") => manifest(asked),
            _ => challenge(&format!(
                "Bearer realm=\"http://{own}/token\",scope=\"aws\""
            )),
        }
    })
    .await;
    assert!(
        anonymous()
            .head_manifest(&server.tagged("app"))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_challenge_that_is_met_later_is_heard() {
    let moved = Arc::new(AtomicBool::new(false));
    let server = Scripted::start({
        let moved = moved.clone();
        move |asked, own| {
            let place = if moved.load(Relaxed) { "new" } else { "old" };
            if asked.path.starts_with(&format!("/{place}")) {
                return token(place);
            }
            if !asked.path.starts_with("/v2/") {
                return status(404, &[]);
            }
            if asked.authorization() == Some(&format!("Bearer {place}")) {
                manifest(asked)
            } else {
                challenge(&format!("Bearer realm=\"http://{own}/{place}\""))
            }
        }
    })
    .await;
    let client = with_login(&server);
    let names = ["a", "b", "c"];
    for name in names {
        assert!(
            client
                .head_manifest(&server.tagged(name))
                .await
                .unwrap()
                .is_some()
        );
    }
    moved.store(true, Relaxed);
    for name in names {
        assert!(
            client
                .head_manifest(&server.tagged(name))
                .await
                .unwrap()
                .is_some(),
            "{name}"
        );
    }
}

/// GitHub's packages did so: a private repository is none to strangers, and only `/v2/` asks for a login.
#[tokio::test]
async fn a_login_is_tried_before_it_is_said_that_nothing_is_there() {
    for (hidden, scheme) in [
        (404, "Basic"),
        (403, "Basic"),
        (404, "Bearer"),
        (401, "Bearer"),
    ] {
        let server = Scripted::start(move |asked, own| {
            let needed = if scheme == "Basic" { BASIC } else { "Bearer t" };
            if asked.path.starts_with("/token") {
                return if asked.authorization() == Some(BASIC) {
                    token("t")
                } else {
                    status(401, &[])
                };
            }
            match (&*asked.path, asked.authorization()) {
                ("/v2/", _) => challenge(&format!("{scheme} realm=\"http://{own}/token\"")),
                (_, Some(given)) if given == needed => manifest(asked),
                _ => status(hidden, &[]),
            }
        })
        .await;
        let client = with_login(&server);
        let tags: Vec<_> = ["a", "b", "c"].map(|name| server.tagged(name)).into();
        for found in join_all(tags.iter().map(|tag| client.head_manifest(tag))).await {
            assert!(found.unwrap().is_some(), "{hidden} {scheme}");
        }
        assert!(!client.hides_behind_login(tags[0].repository()).await);
        assert_eq!(
            server.asked()[0].authorization(),
            None,
            "nobody had asked for it then"
        );
        assert_eq!(client.stats()[&server.address].count(RequestKind::Ping), 1);
    }
}

#[tokio::test]
async fn a_login_that_nobody_asks_for_is_not_sent() {
    for (hidden, there) in [(404, 200), (403, 200), (404, 404), (404, 500)] {
        let server = Scripted::start(move |asked, _| {
            status(if asked.path == "/v2/" { there } else { hidden }, &[])
        })
        .await;
        let client = with_login(&server);
        for name in ["a", "b"] {
            let found = client.head_manifest(&server.tagged(name)).await;
            match found {
                Ok(found) => assert!(found.is_none() && hidden == 404),
                Err(why) => assert!(
                    hidden == 403 && why.to_string().contains("did not ask for the login"),
                    "{why}"
                ),
            }
            let repository = server.tagged(name).repository().clone();
            assert!(client.hides_behind_login(&repository).await);
        }
        let asked = server.asked();
        assert!(asked.iter().all(|asked| asked.authorization().is_none()));
        let heads = server.count("HEAD", "");
        assert_eq!(heads, 2, "{hidden} {there}");
        // Who has no login asks no more than before.
        let server = Scripted::start(move |_, _| status(404, &[])).await;
        assert!(
            anonymous()
                .head_manifest(&server.tagged("a"))
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(server.asked().len(), 1);
        assert!(
            !anonymous()
                .hides_behind_login(server.tagged("a").repository())
                .await
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_however_many_images_there_are() {
    let server = Scripted::start(|_, _| challenge("Basic realm=\"x\"")).await;
    let client = with_login(&server);
    let tags: Vec<_> = (0..40)
        .map(|number| server.tagged(&format!("app-{number}")))
        .collect();
    for found in join_all(tags.iter().map(|tag| client.head_manifest(tag))).await {
        let error = found.unwrap_err();
        assert_eq!(error.cause(), Cause::Unauthorized);
        assert!(
            error
                .to_string()
                .contains("the login from `LOGIN` was refused"),
            "{error}"
        );
    }
    let asked = server.asked();
    let tried = asked.iter().filter(|asked| asked.authorization().is_some());
    assert!(tried.count() <= 2, "those that were under way already");
}

/// `podman login HOST/NAMESPACE` keeps a login that is for what is below it alone.
#[tokio::test]
async fn each_namespace_is_asked_with_its_own_login() {
    let server = Scripted::start(|asked, own| {
        if asked.path.starts_with("/token") {
            // user:hunter2-hunter2 and x:y
            let (who, sees) = match asked.authorization() {
                Some(BASIC) => ("user", "team"),
                Some("Basic eDp5") => ("x", "other"),
                _ => return status(401, &[]),
            };
            return if asked.path.matches("repository").count() == asked.path.matches(sees).count() {
                token(who)
            } else {
                status(403, &[])
            };
        }
        match (&*first_part(asked), asked.authorization()) {
            ("team", Some("Bearer user")) | ("other", Some("Bearer x")) => manifest(asked),
            _ => challenge(&format!("Bearer realm=\"http://{own}/token\"")),
        }
    })
    .await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("auth.json");
    let (host, user) = (&server.address, "dXNlcjpodW50ZXIyLWh1bnRlcjI=");
    let text =
        format!(r#"{{"auths":{{"{host}/team":{{"auth":"{user}"}},"{host}":{{"auth":"eDp5"}}}}}}"#);
    std::fs::write(&file, text).unwrap();
    let client = Client::new(ClientOptions {
        credentials: Credentials::new(vec![LoginSource::File(file)]),
        retry: soon(),
        ..ClientOptions::default()
    });
    let names = ["team/a", "other/b", "team/c", "other/d", "team/e"];
    let repositories = names.map(|name| server.repository(name));
    client.announce(&repositories, Actions::Pull);
    for name in names {
        assert!(
            client
                .head_manifest(&server.tagged(name))
                .await
                .unwrap()
                .is_some(),
            "{name}"
        );
    }
    assert_eq!(server.count("", "/token"), 2, "one for each login");
}
