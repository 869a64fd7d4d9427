//! Temporary passwords of ACR, got by the real program from services that hold it to their rules.

use std::time::Duration;

use futures_util::future::join_all;
use pusher::model::{Reference, Repository, Secret};
use pusher::registry::{
    AccessKey, AcrAsker, Client, ClientOptions, HostOptions, Identity, Login, ReadRegistry as _,
    RetryOptions, RoleAccess, StandIn, WriteRegistry as _,
};
use pusher::sandbox::images::Image;
use pusher::sandbox::{Options, Sandbox};

use super::harness::Place;
use crate::support::acr::{
    Acr, Asked, ENTERPRISE, INSTANCE_ROLE, Instead, JWT, KEY, KEY_SECRET, PERSONAL, PROVIDER,
    REQUEST_TOKEN, ROLE,
};
use crate::support::found;

/// How many images are mirrored: each needs a token of its own.
const IMAGES: usize = 4;

pub(super) async fn source() -> Sandbox {
    let source = Sandbox::start(Options::default()).await.unwrap();
    for number in 0..IMAGES {
        let name = format!("org/app{number}");
        let image = Image::new("linux/amd64").layer(&name);
        image.push(&source, &name, "v1");
    }
    source
}

/// A folder for a mirror into a registry of ACR's, which no variable says who asks for.
pub(super) fn place(source: &str, acr: &Acr) -> Place {
    let images = (0..IMAGES).map(|number| format!("{source}/org/app{number}:v1\n"));
    let images = images.collect::<Vec<_>>().concat();
    let target = acr.registry.address();
    let text = format!(
        "version: 1\ninclude: [images.txt]\nregistries:\n  \"{target}\": {{ login: acr }}\n"
    );
    Place::empty()
        .naming(source, "SOURCE")
        .naming(target, "TARGET")
        .naming(acr.services.strip_prefix("http://").unwrap(), "SERVICES")
        .variable("ALIYUN_REGISTRY", target)
        .variable("ALIYUN_NAME_SPACE", "team")
        .variable("PUSHER_ACR_STAND_IN", &acr.services)
        .file("images.txt", &images)
        .file("mirror.yaml", &text)
}

pub(super) fn with_role(place: Place) -> Place {
    place
        .variable("ALIBABA_CLOUD_ROLE_ARN", ROLE)
        .variable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", PROVIDER)
}

pub(super) fn on_github(place: Place, acr: &Acr) -> Place {
    let url = format!("{}/oidc?api-version=2.0", acr.services);
    with_role(place)
        .variable("GITHUB_ACTIONS", "true")
        .variable("ACTIONS_ID_TOKEN_REQUEST_URL", &url)
        .variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN)
}

pub(super) fn with_key(place: Place) -> Place {
    place
        .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY)
        .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", KEY_SECRET)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_known_gets_in_at_both_editions() {
    use Asked::{GitHub, Metadata, Sts};
    let source = source().await;
    for service in [PERSONAL, ENTERPRISE] {
        let acr = Acr::start(service).await;
        let base = || place(source.address(), &acr);
        let (secret, token) = acr.temporary_key("STS.mine", true);
        let file = with_role(base())
            .file("token", &format!("{JWT}\n"))
            .variable("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "token");
        let temporary = base()
            .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.mine")
            .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secret)
            .variable("ALIBABA_CLOUD_SECURITY_TOKEN", &token);
        let instance = base().variable("ALIBABA_CLOUD_ECS_METADATA", INSTANCE_ROLE);
        let identities = [
            (on_github(base(), &acr), &[GitHub, Sts][..]),
            (file, &[Sts]),
            (with_key(base()), &[]),
            (temporary, &[]),
            (instance, &[Metadata, Metadata]),
        ];
        for (number, (place, before)) in identities.into_iter().enumerate() {
            // The first brings the images, the others find them in place.
            for typed in ["apply", "plan --detailed-exitcode"] {
                let ran = place.run(typed);
                assert_eq!(ran.status, 0, "{service} {number} {typed}: {ran:?}");
                // Once for the whole run.
                let expected = [before, &[Asked::Acr]].concat();
                assert_eq!(acr.asked(), expected, "{service} {number} {typed}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_gets_a_session_that_cannot_push() {
    let source = source().await;
    let acr = Acr::start(ENTERPRISE).await;
    let place = on_github(place(source.address(), &acr), &acr);
    let pull = r#""Action":["cr:GetAuthorizationToken","cr:PullRepository"]"#;
    for (typed, may_push) in [
        ("plan", false),
        ("drift", false),
        ("doctor", false),
        ("doctor --write", true),
        ("lock", false),
        ("apply", true),
        ("drift", false),
    ] {
        place.run(typed);
        let policies = acr.policies();
        if policies.is_empty() {
            // A lock asks the sources alone.
            assert_eq!(typed, "lock");
            continue;
        }
        let only_pulls = policies.iter().all(|policy| policy.contains(pull));
        assert_eq!(only_pulls, !may_push, "{typed}: {policies:?}");
        // The registry holds whoever has the password to it, whatever program that is.
        let (username, password) = acr.password();
        let login = Login::Password {
            username,
            password: Secret::new(password),
        };
        let host = HostOptions {
            login: Some(found(login)),
            ..HostOptions::default()
        };
        let client = Client::new(ClientOptions {
            hosts: [(acr.registry.address().to_owned(), host)].into(),
            ..ClientOptions::default()
        });
        let image = format!("{}/org/app0:v1", source.address()).parse().unwrap();
        let manifest = client.get_manifest(&image).await.unwrap().unwrap();
        let target = format!("{}/team/mine:v1", acr.registry.address());
        let repository = Repository {
            registry: acr.registry.address().to_owned(),
            name: "team/mine".to_owned(),
        };
        let upload = client.start_upload(&repository, None).await;
        assert_eq!(upload.is_ok(), may_push, "{typed}");
        if !may_push {
            let target = target.parse().unwrap();
            assert!(
                client.put_manifest(&target, &manifest).await.is_err(),
                "{typed}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_ends_in_the_middle_is_renewed() {
    let source = source().await;
    for (number, (milliseconds, tokens)) in [(100, 1), (3_600_000, 2)].into_iter().enumerate() {
        // It ends when it says, and long before it says.
        let acr = Acr::start(ENTERPRISE).await;
        acr.passwords_live(milliseconds, tokens);
        let place = on_github(place(source.address(), &acr), &acr);
        let ran = place.run("apply --format json");
        assert_eq!(ran.status, 0, "{number}: {ran:?}");
        let passwords = acr
            .asked()
            .iter()
            .filter(|asked| **asked == Asked::Acr)
            .count();
        assert!(passwords >= IMAGES / 2, "{number}: {passwords}");
        assert_eq!(place.run("plan --detailed-exitcode").status, 0, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_others_used_up_is_no_failed_try() {
    let acr = Acr::start(ENTERPRISE).await;
    acr.passwords_live(3_600_000, 1);
    let key = AccessKey {
        id: KEY.to_owned(),
        secret: Secret::new(KEY_SECRET.to_owned()),
        security_token: None,
    };
    let asker = AcrAsker {
        identity: Some(Ok(Identity::Key(key))),
        stand_in: StandIn::parse(&acr.services),
    };
    let host = HostOptions {
        login: Some(found(Login::Acr(Box::new((asker, RoleAccess::Pull))))),
        ..HostOptions::default()
    };
    let address = acr.registry.address().to_owned();
    let client = Client::new(ClientOptions {
        hosts: [(address.clone(), host)].into(),
        // No request is tried twice.
        retry: RetryOptions {
            tries: 1,
            longest_pause: Duration::ZERO,
            ..RetryOptions::default()
        },
        ..ClientOptions::default()
    });
    let images = (0..24).map(|number| format!("{address}/team/app{number}:v1").parse().unwrap());
    let read = |image: Reference| {
        let client = &client;
        async move { client.get_manifest(&image).await }
    };
    for got in join_all(images.map(read)).await {
        assert_eq!(got.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_says_who_refused_and_what_to_do() {
    use Asked::{GitHub, Metadata, Sts};
    let source = source().await;
    let acr = Acr::start(PERSONAL).await;
    let base = || place(source.address(), &acr);
    let refuses = |status, code| Some(Instead::Refuses(status, code));
    let elsewhere = || Some(Instead::Redirects(format!("http://{}/x", source.address())));
    let mut told = String::new();
    for (what, place, asked, instead) in [
        ("no identity", base(), GitHub, None),
        (
            "no permission for a token",
            with_role(base()).variable("GITHUB_ACTIONS", "true"),
            GitHub,
            None,
        ),
        (
            "GitHub refuses",
            on_github(base(), &acr),
            GitHub,
            refuses(403, "Forbidden"),
        ),
        (
            "trust",
            on_github(base(), &acr),
            Sts,
            refuses(403, "NoPermission"),
        ),
        (
            "RAM",
            with_key(base()),
            Asked::Acr,
            refuses(403, "NoPermission"),
        ),
        (
            "clock",
            with_key(base()),
            Asked::Acr,
            refuses(400, "InvalidTimeStamp.Expired"),
        ),
        (
            "no user",
            with_key(base()),
            Asked::Acr,
            refuses(404, "USER_NOT_EXIST"),
        ),
        ("redirect", with_key(base()), Asked::Acr, elsewhere()),
        (
            "redirected token",
            on_github(base(), &acr),
            Sts,
            elsewhere(),
        ),
        (
            "instance",
            base().variable("ALIBABA_CLOUD_ECS_METADATA", "other"),
            Metadata,
            None,
        ),
        (
            "file",
            with_role(base()).variable("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "missing"),
            Sts,
            None,
        ),
    ] {
        acr.behave();
        if let Some(instead) = instead {
            acr.let_it(asked, instead);
        }
        acr.asked();
        source.log().clear();
        let ran = place.run("plan --format json");
        assert_eq!(ran.status, 1, "{what}: {ran:?}");
        // Four images, and nobody is asked twice.
        let last = acr.asked().into_iter().filter(|one| *one == asked).count();
        assert!(
            last <= 1 + usize::from(asked == Metadata),
            "{what}: asked {last} times"
        );
        let strayed = source.log().requests();
        assert!(strayed.iter().all(|request| request.path != "/x"), "{what}");
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let cause = &plan["causes"][0];
        let [message, hint] = ["message", "hint"].map(|key| cause[key].as_str().unwrap());
        told = format!("{told}## {what}\n{message}\n  {hint}\n\n");
    }
    insta::assert_snapshot!("acr_refusals", told);
}
