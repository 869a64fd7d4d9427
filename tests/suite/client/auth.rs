use futures_util::future::join_all;
use pusher::model::Cause;
use pusher::registry::{HostOptions, Login, ReadRegistry as _, WriteRegistry as _};
use pusher::render::hints::of_failure;
use pusher::sandbox::{Auth, Bearer, Effect, Fault, Options, Origin, Sandbox, Scheme, User};

use super::scripted::{Scripted, challenge, status};
use super::{
    PASSWORD, anonymous, client_for, client_with, login, push_image, repository, start, tagged,
};
use crate::support::found;

fn bearer() -> Options {
    Options {
        auth: Auth::bearer("user", PASSWORD),
        ..Options::default()
    }
}

fn statuses(sandbox: &Sandbox, origin: Origin) -> Vec<u16> {
    let requests = sandbox.log().requests();
    requests
        .iter()
        .filter(|r| r.origin == origin)
        .filter_map(|r| r.status)
        .collect()
}

#[tokio::test]
async fn one_probe_and_one_token_for_fifty_heads_at_once() {
    let sandbox = start(bearer()).await;
    push_image(&sandbox, "app");
    let client = client_for(&sandbox);
    let reference = tagged(&sandbox, "app", "v1");
    let found = join_all((0..50).map(|_| client.head_manifest(&reference))).await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().is_some()));
    assert_eq!(sandbox.log().tokens(), 1);
    let answers = statuses(&sandbox, Origin::Registry);
    assert_eq!(
        answers.iter().filter(|status| **status == 401).count(),
        1,
        "the probe"
    );
    assert_eq!(answers.len(), 51);
    assert_eq!(sandbox.log().count("", "/v2/?"), 0);
}

#[tokio::test]
async fn basic_credentials_after_one_probe() {
    let sandbox = start(Options {
        auth: Auth::basic("user", PASSWORD),
        ..Options::default()
    })
    .await;
    push_image(&sandbox, "app");
    let client = client_for(&sandbox);
    let reference = tagged(&sandbox, "app", "v1");
    let found = join_all((0..20).map(|_| client.head_manifest(&reference))).await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().is_some()));
    assert_eq!(sandbox.log().requests().len(), 21);
    let plain = sandbox
        .log()
        .count_where(|request| request.authorization.is_none());
    assert_eq!(plain, 1, "the probe");
}

#[tokio::test]
async fn anonymous_tokens_where_they_are_given() {
    let auth = Auth::Bearer(Bearer {
        anonymous_pull: true,
        ..Bearer::default()
    });
    let sandbox = start(Options {
        auth,
        ..Options::default()
    })
    .await;
    push_image(&sandbox, "app");
    let found = anonymous()
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap();
    assert!(found.is_some());
    let requests = sandbox.log().requests();
    let schemes: Vec<_> = requests
        .iter()
        .map(|request| request.authorization)
        .collect();
    assert_eq!(schemes, [None, None, Some(Scheme::Bearer)]);
}

#[tokio::test]
async fn a_missing_login_says_how_to_log_in() {
    for auth in [
        Auth::basic("user", PASSWORD),
        Auth::bearer("user", PASSWORD),
    ] {
        let sandbox = start(Options {
            auth,
            ..Options::default()
        })
        .await;
        push_image(&sandbox, "app");
        let host = sandbox.address();
        let error = anonymous()
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap_err();
        assert_eq!(error.cause(), Cause::Unauthorized, "{error}");
        let hint = of_failure(&error).unwrap();
        assert!(hint.contains(&format!("docker login {host}")), "{hint}");
        assert!(hint.contains(&format!("registries.{host}")), "{hint}");

        let client = client_with(
            host,
            HostOptions {
                is_target: true,
                ..HostOptions::default()
            },
        );
        let error = client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap_err();
        let hint = of_failure(&error).unwrap();
        assert!(hint.contains("set `ALIYUN_REGISTRY_USER`"), "{hint}");
        assert!(!hint.contains("registries."), "{hint}");
    }
}

#[tokio::test]
async fn a_wrong_login_is_tried_three_times_for_all_requests() {
    let sandbox = start(bearer()).await;
    let wrong = pusher::model::Secret::new("wrong-password".to_owned());
    let login = Some(found(Login::Password {
        username: "user".to_owned(),
        password: wrong,
    }));
    let client = client_with(
        sandbox.address(),
        HostOptions {
            login,
            ..HostOptions::default()
        },
    );
    for name in ["a", "b", "c"] {
        let error = client
            .head_manifest(&tagged(&sandbox, name, "v1"))
            .await
            .unwrap_err();
        assert_eq!(error.cause(), Cause::Unauthorized);
        assert!(
            error
                .to_string()
                .contains("the login from `LOGIN` was refused"),
            "{error}"
        );
        assert!(!format!("{error:?} {error}").contains("wrong-password"));
    }
    assert_eq!(sandbox.log().tokens(), 3);
}

#[tokio::test]
async fn what_one_may_not_see_is_said_to_be_perhaps_not_there() {
    let denied = vec!["secret".to_owned()];
    let auth = Auth::Bearer(Bearer {
        anonymous_pull: true,
        denied,
        ..Bearer::default()
    });
    let sandbox = start(Options {
        auth,
        ..Options::default()
    })
    .await;
    let error = anonymous()
        .head_manifest(&tagged(&sandbox, "secret", "v1"))
        .await
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Unauthorized);
    let text = error.to_string();
    assert!(
        text.contains("does not exist, or you are not allowed"),
        "{text}"
    );
    assert!(
        text.contains("`secret:v1`") && text.contains(sandbox.address()),
        "{text}"
    );
    let log = sandbox.log();
    assert_eq!(log.count("HEAD", ""), 2, "as a stranger, and with a token");
    assert_eq!(log.count("GET", "/manifests/"), 1, "it may have words");
    assert_eq!(log.tokens(), 1);
}

#[tokio::test]
async fn forbidden_is_not_tried_again() {
    let sandbox = start(Options::default()).await;
    sandbox
        .faults()
        .add(Fault::new("", "", Effect::status(403)).always());
    let error = anonymous()
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap_err();
    assert_eq!((error.cause(), error.tries), (Cause::Denied, 1));
    let log = sandbox.log();
    assert_eq!((log.count("HEAD", ""), log.count("GET", "")), (1, 1));
}

#[tokio::test]
async fn a_token_revoked_early_is_renewed_once() {
    let sandbox = start(bearer()).await;
    push_image(&sandbox, "app");
    let client = client_for(&sandbox);
    let reference = tagged(&sandbox, "app", "v1");
    client.head_manifest(&reference).await.unwrap();
    sandbox.revoke_tokens();
    let found = join_all((0..20).map(|_| client.head_manifest(&reference))).await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().is_some()));
    assert_eq!(sandbox.log().tokens(), 2);
}

#[tokio::test]
async fn an_identity_token_is_exchanged_as_oauth_2_does_it() {
    for access_token in [true, false] {
        let users = vec![User::new("user", "identity-token")];
        let auth = Auth::Bearer(Bearer {
            users,
            access_token,
            ..Bearer::default()
        });
        let sandbox = start(Options {
            auth,
            ..Options::default()
        })
        .await;
        push_image(&sandbox, "app");
        let token = pusher::model::Secret::new("identity-token".to_owned());
        let login = Some(found(Login::IdentityToken(token)));
        let client = client_with(
            sandbox.address(),
            HostOptions {
                login,
                ..HostOptions::default()
            },
        );
        assert!(
            client
                .head_manifest(&tagged(&sandbox, "app", "v1"))
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(sandbox.log().count("POST", "/token"), 1);
        let told = format!("{:?}", sandbox.log().requests());
        assert!(
            !told.contains("identity-token"),
            "it is in no address: {told}"
        );
    }
}

#[tokio::test]
async fn credentials_never_follow_a_redirect() {
    for auth in [
        Auth::basic("user", PASSWORD),
        Auth::bearer("user", PASSWORD),
    ] {
        let sandbox = start(Options {
            auth,
            redirect: true,
            ..Options::default()
        })
        .await;
        let (blob, bytes) = super::push_blob(&sandbox, "app", 1000);
        let client = client_for(&sandbox);
        let found = client
            .get_blob(&repository(&sandbox, "app"), &blob)
            .await
            .unwrap();
        assert_eq!(found.unwrap(), bytes);
        let requests = sandbox.log().requests();
        let storage: Vec<_> = requests
            .iter()
            .filter(|r| r.origin == Origin::Storage)
            .collect();
        assert_eq!(storage.len(), 1);
        assert_eq!(storage[0].authorization, None);
        assert_eq!(client.stats()[sandbox.address()].redirects, 1);
    }
}

#[tokio::test]
async fn what_another_host_wants_does_not_decide_where_logins_go() {
    for auth in [Auth::Open, Auth::bearer("user", PASSWORD)] {
        let sandbox = start(Options {
            auth,
            redirect: true,
            ..Options::default()
        })
        .await;
        let (blob, _) = super::push_blob(&sandbox, "app", 1000);
        let thief = start(bearer()).await;
        let challenge = format!("Bearer realm=\"http://{}/token\"", thief.token_address());
        let wants = Effect::status(401).header("WWW-Authenticate", &challenge);
        sandbox
            .faults()
            .add(Fault::new("GET", "/storage/", wants).always());
        let client = client_for(&sandbox);
        let read = client.get_blob(&repository(&sandbox, "app"), &blob).await;
        assert_eq!(read.unwrap_err().cause(), Cause::Unauthorized);
        assert_eq!(thief.log().requests(), []);
    }
}

#[tokio::test]
async fn secrets_are_in_no_text() {
    let sandbox = start(bearer()).await;
    let client = client_for(&sandbox);
    let reference = tagged(&sandbox, "app", "v1");
    client.head_manifest(&reference).await.unwrap();
    sandbox
        .faults()
        .add(Fault::new("", "", Effect::Reset).always());
    let error = client.head_manifest(&reference).await.unwrap_err();
    let upload = client
        .start_upload(&repository(&sandbox, "app"), None)
        .await
        .unwrap_err();
    let told = format!("{error} {error:?} {upload:?} {client:?} {:?}", login());
    assert!(
        !told.contains(PASSWORD) && !told.contains("sandbox-token"),
        "{told}"
    );
}

#[tokio::test]
async fn the_signature_of_an_address_is_in_no_text() {
    let sandbox = start(Options {
        redirect: true,
        ..Options::default()
    })
    .await;
    let (blob, _) = super::push_blob(&sandbox, "app", 1000);
    for effect in [
        Effect::status(403),
        Effect::Reset,
        Effect::Truncate { after: 10 },
    ] {
        sandbox.faults().clear();
        sandbox
            .faults()
            .add(Fault::new("GET", "/storage/", effect).always());
        let error = anonymous()
            .get_blob(&repository(&sandbox, "app"), &blob)
            .await
            .unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("signature"), "{told}");
        assert!(told.contains("of `app`"), "{told}");
    }
}

#[tokio::test]
async fn a_wrong_login_is_tried_three_times_however_many_places_for_tokens_there_are() {
    for refusal in [|| status(401, &[]), || challenge("Basic realm=\"x\"")] {
        let server = Scripted::start(move |asked, own| {
            if asked.path.starts_with("/token") {
                return refusal();
            }
            let repository = asked.path.split('/').nth(2).unwrap_or_default();
            challenge(&format!("Bearer realm=\"http://{own}/token/{repository}\""))
        })
        .await;
        let login = Some(found(Login::Password {
            username: "user".to_owned(),
            password: pusher::model::Secret::new("wrong-password".to_owned()),
        }));
        let options = HostOptions {
            login,
            ..HostOptions::default()
        };
        let client = client_with(&server.address, options);
        let images = (0..40).map(|n| format!("{}/app{n}:1", server.address));
        let images: Vec<_> = images.map(|image| image.parse().unwrap()).collect();
        let asked = images.iter().map(|image| client.head_manifest(image));
        for found in join_all(asked).await {
            let why = found.unwrap_err().to_string();
            assert!(why.contains("the login from `LOGIN` was refused"), "{why}");
        }
        let logins = server.count("GET", "/token");
        assert_eq!(logins, 3);
    }
}
