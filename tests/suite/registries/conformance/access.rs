//! Who is let in, and what the others are told.

use pusher::sandbox::images::Image;

use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER, basic};

/// Reads a parameter of a challenge.
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// Reads the scopes of a challenge in one order; the real one's is another one each time.
fn scopes(challenge: &str) -> Vec<String> {
    let text = parameter(challenge, "scope").unwrap_or_default();
    let sorted = |scope: &str| {
        let (name, actions) = scope.rsplit_once(':').unwrap();
        let mut actions: Vec<&str> = actions.split(',').collect();
        actions.sort_unstable();
        format!("{name}:{}", actions.join(","))
    };
    let mut scopes: Vec<String> = text.split_whitespace().map(sorted).collect();
    scopes.sort();
    scopes
}

async fn each(auth: Auth) -> Vec<TestRegistry> {
    TestRegistry::each(&Setup::with_auth(auth)).await
}

#[tokio::test]
async fn an_open_registry_says_so() {
    for registry in each(Auth::Open).await {
        let answer = registry.anonymous().send("GET", "/v2/").await;
        assert_eq!((answer.status, &*answer.json().to_string()), (200, "{}"));
    }
}

#[tokio::test]
async fn basic_credentials() {
    for registry in each(Auth::Basic).await {
        let name = registry.name();
        for wrong in [
            None,
            Some(basic(USER, "wrong")),
            Some("Bearer x".to_owned()),
        ] {
            let client = registry.anonymous().authorized(wrong);
            for path in ["/v2/", "/v2/app/tags/list", "/v2/app/manifests/v1"] {
                let answer = client.send("GET", path).await;
                assert_eq!(
                    answer.refusal(),
                    (401, "UNAUTHORIZED".to_owned()),
                    "{name} {path}"
                );
                let challenge = answer.header("www-authenticate");
                assert!(
                    challenge.starts_with("Basic realm=\""),
                    "{name} {challenge}"
                );
            }
        }
        let client = registry.anonymous().authorized(basic(USER, PASSWORD));
        assert_eq!(client.send("GET", "/v2/").await.status, 200, "{name}");
        registry
            .push(&Image::new("linux/amd64").layer("a").build(), "app", "v1")
            .await;
        assert!(registry.tag("app", "v1").await.is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_challenge_names_realm_service_and_scope() {
    for registry in each(Auth::bearer()).await {
        let client = registry.anonymous();
        for (method, path, scope) in [
            ("GET", "/v2/", None),
            (
                "GET",
                "/v2/team/app/manifests/v1",
                Some("repository:team/app:pull"),
            ),
            (
                "HEAD",
                "/v2/team/app/manifests/v1",
                Some("repository:team/app:pull"),
            ),
            ("GET", "/v2/app/tags/list", Some("repository:app:pull")),
            (
                "PUT",
                "/v2/app/manifests/v1",
                Some("repository:app:pull,push"),
            ),
            (
                "POST",
                "/v2/app/blobs/uploads/",
                Some("repository:app:pull,push"),
            ),
            (
                "DELETE",
                "/v2/app/manifests/v1",
                Some("repository:app:delete"),
            ),
        ] {
            let name = format!("{} {method} {path}", registry.name());
            let answer = client.send(method, path).await;
            assert_eq!(answer.status, 401, "{name}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer "), "{name}: {challenge}");
            let realm = parameter(challenge, "realm").unwrap();
            assert!(
                realm.starts_with("http://127.0.0.1:"),
                "{name}: {challenge}"
            );
            assert!(
                !realm.contains(registry.address()),
                "{name}: elsewhere, as at ACR"
            );
            assert!(
                parameter(challenge, "service").is_some(),
                "{name}: {challenge}"
            );
            assert_eq!(
                scopes(challenge),
                Vec::from_iter(scope),
                "{name}: {challenge}"
            );
            assert_eq!(parameter(challenge, "error"), None, "{name}");
        }
    }
}

#[tokio::test]
async fn a_mount_needs_both_repositories() {
    for registry in each(Auth::bearer()).await {
        let name = registry.name();
        let owner = registry.client(&["app"]).await;
        let digest = owner.put_blob("app", b"hello").await;
        let path = format!("/v2/other/blobs/uploads/?mount={digest}&from=app");
        let answer = registry.anonymous().send("POST", &path).await;
        let scopes = scopes(answer.header("www-authenticate"));
        assert_eq!(
            scopes,
            ["repository:app:pull", "repository:other:pull,push"],
            "{name}"
        );
        let one = registry.client(&["other"]).await.send("POST", &path).await;
        assert_eq!(one.status, 401, "{name}");
        let both = registry
            .client(&["app", "other"])
            .await
            .send("POST", &path)
            .await;
        assert_eq!(both.status, 201, "{name}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_scopes() {
    for registry in each(Auth::bearer()).await {
        let name = registry.name();
        registry
            .push(&Image::new("linux/amd64").build(), "app", "v1")
            .await;
        let token = registry
            .token(&["repository:app:pull".to_owned()], true)
            .await;
        let client = registry.anonymous().authorized(format!("Bearer {token}"));
        assert_eq!(
            client.manifest("HEAD", "app", "v1").await.status,
            200,
            "{name}"
        );
        assert_eq!(client.send("GET", "/v2/").await.status, 200, "{name}");
        for (method, path) in [
            ("POST", "/v2/app/blobs/uploads/"),
            ("GET", "/v2/other/tags/list"),
        ] {
            let answer = client.send(method, path).await;
            assert_eq!(answer.status, 401, "{name} {path}");
            let error = parameter(answer.header("www-authenticate"), "error");
            assert_eq!(
                error.as_deref(),
                Some("insufficient_scope"),
                "{name} {path}"
            );
        }
    }
}

#[tokio::test]
async fn one_that_is_no_token_is_called_invalid() {
    for registry in each(Auth::bearer()).await {
        let client = registry.anonymous().authorized("Bearer x.y.z".to_owned());
        let answer = client.manifest("GET", "app", "v1").await;
        assert_eq!(answer.status, 401, "{}", registry.name());
        let challenge = answer.header("www-authenticate");
        let error = parameter(challenge, "error");
        assert_eq!(
            error.as_deref(),
            Some("invalid_token"),
            "{} {challenge}",
            registry.name()
        );
    }
}

#[tokio::test]
async fn a_token_expires() {
    for registry in each(Auth::Bearer {
        lifetime: 0,
        anonymous_pull: false,
    })
    .await
    {
        let client = registry.client(&["app"]).await;
        let answer = client.send("GET", "/v2/app/tags/list").await;
        let error = parameter(answer.header("www-authenticate"), "error");
        let answer = (answer.status, error.as_deref());
        assert_eq!(answer, (401, Some("invalid_token")), "{}", registry.name());
    }
}

#[tokio::test]
async fn anonymous_pull() {
    let scopes = ["repository:app:pull,push".to_owned()];
    for registry in each(Auth::bearer()).await {
        let answer = registry.ask_token(&scopes, None).await;
        assert_eq!(answer.status, 401, "{}", registry.name());
    }
    for registry in each(Auth::Bearer {
        lifetime: 300,
        anonymous_pull: true,
    })
    .await
    {
        let name = registry.name();
        registry
            .push(&Image::new("linux/amd64").build(), "app", "v1")
            .await;
        let token = registry.token(&scopes, false).await;
        let client = registry.anonymous().authorized(format!("Bearer {token}"));
        assert_eq!(
            client.manifest("GET", "app", "v1").await.status,
            200,
            "{name}"
        );
        assert_eq!(
            client.send("POST", "/v2/app/blobs/uploads/").await.status,
            401,
            "{name}"
        );
        let wrong = registry
            .ask_token(&scopes, Some(basic(USER, "wrong")))
            .await;
        assert_eq!(wrong.status, 401, "{name}");
    }
}

#[tokio::test]
async fn requests_and_tokens_are_counted() {
    for registry in each(Auth::bearer()).await {
        let name = registry.name();
        registry
            .push(&Image::new("linux/amd64").build(), "app", "v1")
            .await;
        registry.forget_requests().await;
        let client = registry.client(&["app"]).await;
        client.manifest("HEAD", "app", "v1").await;
        client.manifest("GET", "app", "v2").await;
        let wanted = [
            "HEAD /v2/app/manifests/v1 200",
            "GET /v2/app/manifests/v2 404",
        ];
        assert_eq!(registry.requests().await, wanted, "{name}");
        assert_eq!(registry.count("HEAD", "/manifests/").await, 1, "{name}");
        assert_eq!(registry.count("", "/manifests/").await, 2, "{name}");
        assert_eq!(
            (registry.tokens(), registry.writes().await),
            (1, 0),
            "{name}"
        );
        client.open_upload("app").await;
        assert_eq!(registry.writes().await, 1, "{name}");
    }
}

#[tokio::test]
async fn https_with_a_certificate_of_its_own() {
    let setup = Setup {
        tls: true,
        ..Setup::default()
    };
    let Some(registry) = TestRegistry::real(&setup).await else {
        return;
    };
    let digest = registry
        .push(&Image::new("linux/amd64").build(), "app", "v1")
        .await;
    assert_eq!(registry.tag("app", "v1").await, Some(digest));
    assert!(
        registry
            .docker()
            .is_some_and(|registry| registry.certificate().is_file())
    );
}
