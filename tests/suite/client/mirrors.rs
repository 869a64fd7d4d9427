//! Mirrors: what is asked for by digest is asked of them first, and a digest is all that they are trusted with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use pusher::model::{Descriptor, MirrorFault, MirrorNotice, MirrorPlace, Reference, Repository};
use pusher::registry::{
    Actions, Client, ClientOptions, HostOptions, OnMirror, ReadRegistry as _, Timeouts,
};
use pusher::sandbox::images::{Artifact, Image};
use pusher::sandbox::{Auth, Bearer, Effect, Fault, Options, Origin, Sandbox, Scheme, User};

use super::scripted::Scripted;
use super::{PASSWORD, login, push_blob, push_image, repository, soon, start, tagged};
use crate::support::found;
use crate::support::registry::{self, Setup, TestRegistry};

/// What was told of mirrors.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<MirrorNotice>>>);

impl Told {
    fn all(&self) -> Vec<MirrorNotice> {
        self.0.lock().unwrap().clone()
    }
}

fn place(mirror: &Sandbox, prefix: Option<&str>) -> MirrorPlace {
    MirrorPlace {
        host: mirror.address().to_owned(),
        prefix: prefix.map(str::to_owned),
    }
}

/// Returns a client that knows these mirrors of a registry, and what it tells.
fn client(origin: &Sandbox, mirrors: Vec<MirrorPlace>) -> (Client, Told) {
    let options = HostOptions {
        mirrors,
        ..HostOptions::default()
    };
    client_with(HashMap::from([(origin.address().to_owned(), options)]))
}

fn client_with(hosts: HashMap<String, HostOptions>) -> (Client, Told) {
    let told = Told::default();
    let to = told.clone();
    let client = Client::new(ClientOptions {
        hosts,
        retry: soon(),
        on_mirror: OnMirror::new(move |notice: &MirrorNotice| {
            to.0.lock().unwrap().push(notice.clone());
        }),
        ..ClientOptions::default()
    });
    (client, told)
}

fn digested(origin: &Sandbox, artifact: &Artifact) -> Reference {
    Reference::digested(repository(origin, "app"), artifact.digest.clone())
}

async fn read(client: &Client, repository: &Repository, blob: &Descriptor, from: u64) -> Vec<u8> {
    let stream = client.open_blob(repository, blob, from).await.unwrap();
    assert_eq!(stream.offset(), from);
    let chunks: Vec<Bytes> = stream.try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn what_is_asked_by_digest_comes_from_the_first_mirror_that_has_it() {
    let origin = start(Options::default()).await;
    let (empty, mirror) = (
        start(Options::default()).await,
        start(Options::default()).await,
    );
    let artifact = push_image(&mirror, "hub/app");
    let (blob, bytes) = push_blob(&mirror, "hub/app", 200_000);
    let mirrors = vec![place(&empty, None), place(&mirror, Some("hub"))];
    let (client, told) = client(&origin, mirrors);
    let (app, image) = (repository(&origin, "app"), digested(&origin, &artifact));

    let head = client.head_manifest(&image).await.unwrap().unwrap();
    assert_eq!(head.digest, artifact.digest);
    let manifest = client.get_manifest(&image).await.unwrap().unwrap();
    assert_eq!(manifest.descriptor, head);
    assert!(client.keeps_manifest(&app, &artifact.digest));
    let whole = client.get_blob(&app, &blob).await.unwrap().unwrap();
    assert_eq!(whole, bytes);
    assert_eq!(read(&client, &app, &blob, 0).await, bytes);
    assert_eq!(read(&client, &app, &blob, 70_000).await, &bytes[70_000..]);

    assert_eq!(origin.log().requests(), []);
    assert_eq!(
        empty.log().lines(),
        [
            format!("GET /v2/app/manifests/{} 404", artifact.digest),
            format!("GET /v2/app/blobs/{} 404", blob.digest),
        ],
        "what it has not it is asked for once"
    );
    assert_eq!(mirror.log().count("GET", "/v2/hub/app/manifests/"), 1);
    assert_eq!(told.all(), []);
}

#[tokio::test]
async fn what_no_digest_proves_is_asked_of_the_registry_alone() {
    let origin = start(Options::default()).await;
    let mirror = start(Options::default()).await;
    let artifact = push_image(&origin, "app");
    // Another image of the same tag.
    Image::new("linux/amd64")
        .layer("old")
        .push(&mirror, "app", "v1");
    let (client, _) = client(&origin, vec![place(&mirror, None)]);
    let (app, image) = (repository(&origin, "app"), tagged(&origin, "app", "v1"));
    client.announce([&app], Actions::Pull);

    let head = client.head_manifest(&image).await.unwrap().unwrap();
    assert_eq!(head.digest, artifact.digest);
    let manifest = client.get_manifest(&image).await.unwrap().unwrap();
    assert_eq!(manifest.descriptor.digest, artifact.digest);
    let tags = client.list_tags(&app).await.unwrap();
    assert_eq!(tags, Some(vec!["v1".to_owned()]));
    assert!(client.knows_repository(&app).await.unwrap());
    let referrers = client.list_referrers(&app, &artifact.digest).await;
    assert_eq!(referrers.unwrap(), Some(vec![]));
    assert_eq!(mirror.log().requests(), []);
}

/// A mirror that lies is told once, with all that is known, and is asked for nothing more.
#[tokio::test]
async fn a_mirror_that_lies_is_dropped_and_told() {
    let lies = [
        ("/manifests/", Effect::Corrupt { at: 3 }, "it sent `sha256:"),
        (
            "/manifests/",
            Effect::Headers(vec![]).header(
                "content-type",
                "application/vnd.docker.distribution.manifest.v2+json",
            ),
            "the manifest itself says `application/vnd.oci.image.manifest.v1+json`",
        ),
        // What claims to be of a kind whose digest cannot be checked is checked all the same.
        (
            "/manifests/",
            Effect::Headers(vec![]).header(
                "content-type",
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
            ),
            "the manifest itself says",
        ),
        ("/manifests/", Effect::Json("{}"), "it sent `sha256:"),
        ("/blobs/", Effect::Corrupt { at: 3 }, "it sent `sha256:"),
        ("/blobs/", Effect::Json("{}"), "it sent `sha256:"),
    ];
    for (path, effect, words) in lies {
        let origin = start(Options::default()).await;
        let mirror = start(Options::default()).await;
        let artifact = push_image(&origin, "app");
        push_image(&mirror, "app");
        let (blob, bytes) = push_blob(&origin, "app", 3000);
        push_blob(&mirror, "app", 3000);
        mirror.faults().add(Fault::new("GET", path, effect.clone()));
        let (client, told) = client(&origin, vec![place(&mirror, None)]);
        let (app, image) = (repository(&origin, "app"), digested(&origin, &artifact));

        let wanted = if path == "/blobs/" {
            let whole = client.get_blob(&app, &blob).await.unwrap().unwrap();
            assert_eq!(whole, bytes, "{effect:?}");
            &blob.digest
        } else {
            let manifest = client.get_manifest(&image).await.unwrap().unwrap();
            assert_eq!(manifest.descriptor.digest, artifact.digest, "{effect:?}");
            &artifact.digest
        };
        assert!(!client.has_mirrors(origin.address()));
        client.get_manifest(&image).await.unwrap().unwrap();
        client.get_blob(&app, &blob).await.unwrap().unwrap();
        assert_eq!(mirror.log().requests().len(), 1, "{effect:?}");

        let told = told.all();
        let [notice] = &told[..] else {
            panic!("{effect:?}: {told:?}");
        };
        let is_wanted = matches!(&notice.why, MirrorFault::Lied { repository, wanted: told, .. }
            if *repository == app && told == wanted);
        assert!(is_wanted, "{notice:?}");
        assert!(notice.to_string().contains(words), "{notice}");
    }
}

#[tokio::test]
async fn a_blob_of_another_length_is_a_lie() {
    let origin = start(Options::default()).await;
    let mirror = start(Options::default()).await;
    let (blob, bytes) = push_blob(&origin, "app", 3000);
    mirror.put_blob_as("app", &blob.digest, bytes[..2999].to_vec());
    let (client, told) = client(&origin, vec![place(&mirror, None)]);
    let app = repository(&origin, "app");
    assert_eq!(read(&client, &app, &blob, 0).await, bytes);
    let told = told.all();
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .to_string()
            .contains("its blob has 2999 bytes, the manifest says 3000"),
        "{}",
        told[0]
    );
}

#[tokio::test]
async fn a_mirror_that_refuses_a_repository_is_not_asked_for_it_again() {
    for status in [401, 403] {
        let origin = start(Options::default()).await;
        let mirror = start(Options::default()).await;
        let artifact = push_image(&origin, "app");
        let (blob, bytes) = push_blob(&origin, "app", 3000);
        let refuse = Fault::new("GET", "/v2/app/", Effect::status(status)).always();
        mirror.faults().add(refuse);
        let (client, told) = client(&origin, vec![place(&mirror, None)]);
        let app = repository(&origin, "app");
        client
            .get_manifest(&digested(&origin, &artifact))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read(&client, &app, &blob, 0).await, bytes);
        assert_eq!(mirror.log().count("GET", "/v2/app/"), 1, "{status}");
        assert!(client.has_mirrors(origin.address()), "others it may give");
        assert_eq!(told.all(), []);
    }
}

/// Failures that may pass are not waited for: there is another place.
#[tokio::test]
async fn a_mirror_that_fails_again_and_again_is_left_out_and_told_once() {
    for effect in [
        Effect::status(503),
        Effect::status(500),
        Effect::status(429).header("Retry-After", "3600"),
        Effect::Reset,
    ] {
        let origin = start(Options::default()).await;
        let mirror = start(Options::default()).await;
        mirror
            .faults()
            .add(Fault::new("GET", "", effect.clone()).always());
        let (client, told) = client(&origin, vec![place(&mirror, None)]);
        let app = repository(&origin, "app");
        for size in 1..10 {
            let (blob, bytes) = push_blob(&origin, "app", size);
            assert_eq!(read(&client, &app, &blob, 0).await, bytes, "{effect:?}");
        }
        let told = told.all();
        let is_away = |notice: &MirrorNotice| matches!(notice.why, MirrorFault::Away { .. });
        assert!(told.len() == 1 && is_away(&told[0]), "{effect:?} {told:?}");
        assert!(!client.has_mirrors(origin.address()));
        let asked = mirror.log().requests().len();
        assert!(asked <= 3 * 2, "{effect:?}: {asked} requests");
    }
}

#[tokio::test]
async fn a_mirror_that_is_not_there_costs_no_patience() {
    let origin = start(Options::default()).await;
    let mirror = start(Options::default()).await;
    mirror.go_away(Origin::Registry);
    let options = |mirrors| HostOptions {
        mirrors,
        ..HostOptions::default()
    };
    let mirrors = options(vec![place(&mirror, None)]);
    // Hosts that are away are waited for longer than any test takes.
    let client = Client::new(ClientOptions {
        hosts: HashMap::from([(origin.address().to_owned(), mirrors)]),
        timeouts: Timeouts::default(),
        ..ClientOptions::default()
    });
    let app = repository(&origin, "app");
    for size in 1..5 {
        let (blob, bytes) = push_blob(&origin, "app", size);
        assert_eq!(client.get_blob(&app, &blob).await.unwrap().unwrap(), bytes);
    }
    let asked = client.stats()[mirror.address()].total();
    assert!(asked <= 2, "{asked} requests");
}

#[tokio::test]
async fn a_blob_that_breaks_off_goes_on_from_the_next_place() {
    let origin = start(Options::default()).await;
    let [first, second] = [
        start(Options::default()).await,
        // It sends no part of a blob, but all of it.
        start(Options {
            ranges: false,
            ..Options::default()
        })
        .await,
    ];
    let (blob, bytes) = push_blob(&origin, "app", 300_000);
    for (mirror, after) in [(&first, 100_000), (&second, 200_000)] {
        push_blob(mirror, "app", 300_000);
        let cut = Fault::new("GET", "/blobs/", Effect::Truncate { after });
        mirror.faults().add(cut);
    }
    let mirrors = [&first, &second].map(|mirror| place(mirror, None));
    let (client, told) = client(&origin, mirrors.into());
    let app = repository(&origin, "app");
    assert_eq!(read(&client, &app, &blob, 0).await, bytes);
    assert_eq!(first.log().requests().len(), 1);
    let ranges = |sandbox: &Sandbox| -> Vec<Option<String>> {
        let requests = sandbox.log().requests();
        requests.into_iter().map(|request| request.range).collect()
    };
    assert!(ranges(&second)[0].as_deref().unwrap().starts_with("bytes="));
    let rest = &ranges(&origin)[..];
    let [Some(rest)] = rest else {
        panic!("{rest:?}")
    };
    let from: u64 = rest["bytes=".len()..rest.len() - 1].parse().unwrap();
    assert!((1..=200_000).contains(&from), "{rest}");
    assert_eq!(told.all(), []);
    assert!(client.has_mirrors(origin.address()));
}

/// A mirror that says nothing of a blob's length may end it early, as if that were all.
#[tokio::test]
async fn a_blob_that_ends_early_goes_on_from_the_next_place() {
    let origin = start(Options::default()).await;
    let (blob, bytes) = push_blob(&origin, "app", 300_000);
    let part = Bytes::copy_from_slice(&bytes[..100_000]);
    let mirror = Scripted::start(move |_, _| {
        let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(part.clone())]);
        axum::http::Response::new(axum::body::Body::from_stream(chunks))
    })
    .await;
    let mirrors = vec![MirrorPlace {
        host: mirror.address.clone(),
        prefix: None,
    }];
    let (client, told) = client(&origin, mirrors);
    let app = repository(&origin, "app");
    assert_eq!(read(&client, &app, &blob, 0).await, bytes);
    assert_eq!(mirror.count("GET", "/blobs/"), 1);
    let requests = origin.log().requests();
    let [rest] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(rest.range.as_deref(), Some("bytes=100000-"));
    assert_eq!(told.all(), []);
}

/// Each has a login of its own; nobody else's goes there, nor to the server of its tokens.
#[tokio::test]
async fn the_login_of_a_registry_never_goes_to_its_mirrors() {
    let bearer = |name: &str, anonymous_pull| {
        Auth::Bearer(Bearer {
            users: vec![User::new(name, PASSWORD)],
            anonymous_pull,
            ..Bearer::default()
        })
    };
    let with = |auth| Options {
        auth,
        ..Options::default()
    };
    let origin = start(with(bearer("user", false))).await;
    let open = start(with(bearer("nobody", true))).await;
    let basic = start(with(Auth::basic("user", PASSWORD))).await;
    let own = start(with(bearer("user", false))).await;
    let artifact = push_image(&origin, "app");
    push_image(&own, "app");
    let mirrors = [&open, &basic, &own].map(|mirror| place(mirror, None));
    let with_login = HostOptions {
        login: Some(found(login())),
        ..HostOptions::default()
    };
    let with_mirrors = HostOptions {
        mirrors: mirrors.into(),
        ..with_login.clone()
    };
    let hosts = [(&origin, with_mirrors), (&own, with_login)];
    let hosts = hosts.map(|(sandbox, options)| (sandbox.address().to_owned(), options));
    let (client, _) = client_with(HashMap::from(hosts));
    let head = client.head_manifest(&tagged(&origin, "app", "v1")).await;
    assert!(head.unwrap().is_some(), "it is logged in to with its login");
    let found = client.get_manifest(&digested(&origin, &artifact)).await;
    assert!(found.unwrap().is_some());

    for mirror in [&open, &basic] {
        let log = mirror.log();
        let is_told = |request: &pusher::sandbox::Request| {
            request.authorization == Some(Scheme::Basic)
                || request.origin == Origin::Token && request.authorization.is_some()
        };
        assert_ne!(log.count("GET", "/v2/app/"), 0);
        assert_eq!(log.count_where(is_told), 0, "{:#?}", log.requests());
    }
    assert_eq!(own.log().count("GET", "/v2/app/manifests/"), 2, "401, 200");
    assert_eq!(origin.log().count("GET", "/v2/app/"), 0);
}

/// The same with real registries, each with a server of its tokens; all have the same users, so that a login that
/// went astray would be let in.
#[tokio::test]
async fn a_real_mirror_lets_in_whoever_has_a_login_for_it_alone() {
    let setup = Setup::with_auth(registry::Auth::bearer());
    let (Some(origin), Some(mirror)) = (
        TestRegistry::real(&setup).await,
        TestRegistry::real(&setup).await,
    ) else {
        return;
    };
    let artifact = Image::new("linux/amd64").layer("app").build();
    origin.push(&artifact, "app", "v1").await;
    mirror.push(&artifact, "hub/app", "v1").await;
    let with_login = |mirrors| HostOptions {
        login: Some(found(pusher::registry::Login::Password {
            username: registry::USER.to_owned(),
            password: pusher::model::Secret::new(registry::PASSWORD.to_owned()),
        })),
        mirrors,
        ..HostOptions::default()
    };
    let place = MirrorPlace {
        host: mirror.address().to_owned(),
        prefix: Some("hub".to_owned()),
    };
    let of_origin = (origin.address().to_owned(), with_login(vec![place]));
    let of_mirror = (mirror.address().to_owned(), with_login(vec![]));
    let image: Reference = format!("{}/app@{}", origin.address(), artifact.digest)
        .parse()
        .unwrap();
    for (hosts, is_let_in) in [
        (vec![of_origin.clone()], false),
        (vec![of_origin, of_mirror], true),
    ] {
        origin.forget_requests().await;
        mirror.forget_requests().await;
        let (client, told) = client_with(hosts.into_iter().collect());
        let manifest = client.get_manifest(&image).await.unwrap().unwrap();
        assert_eq!(manifest.descriptor.digest, artifact.digest);
        let served = |requests: Vec<String>| {
            let served = |line: &&String| line.ends_with(" 200") && line.contains("/manifests/");
            requests.iter().filter(served).count() == 1
        };
        assert_eq!(served(mirror.requests().await), is_let_in);
        assert_eq!(served(origin.requests().await), !is_let_in);
        assert_ne!(mirror.tokens(), 0, "it was asked for one");
        assert_eq!(told.all(), []);
    }
}

/// The digest of a signed manifest of schema 1 leaves a part of it out: it is no lie, and proves nothing.
#[tokio::test]
async fn what_cannot_be_proven_is_asked_of_the_registry_and_nobody_is_accused() {
    let origin = start(Options::default()).await;
    let mirror = start(Options::default()).await;
    let artifact = push_image(&origin, "app");
    push_image(&mirror, "app");
    let unproven = Effect::Json(r#"{"schemaVersion": 1, "signatures": []}"#);
    mirror
        .faults()
        .add(Fault::new("GET", "/manifests/", unproven));
    let (client, told) = client(&origin, vec![place(&mirror, None)]);
    let image = digested(&origin, &artifact);
    let manifest = client.get_manifest(&image).await.unwrap().unwrap();
    assert_eq!(manifest.descriptor.digest, artifact.digest);
    assert!(client.has_mirrors(origin.address()));
    assert_eq!(told.all(), []);
}

/// A blob that is too large to be read as a whole is no mirror's fault.
#[tokio::test]
async fn what_no_place_gives_is_held_against_none() {
    let origin = start(Options::default()).await;
    let mirror = start(Options::default()).await;
    let (mut blob, _) = push_blob(&origin, "app", 10);
    blob.size = 5 * 1024 * 1024;
    let (client, told) = client(&origin, vec![place(&mirror, None)]);
    let read = client.get_blob(&repository(&origin, "app"), &blob).await;
    assert!(read.is_err());
    assert_eq!(mirror.log().requests(), []);
    assert_eq!(told.all(), []);
}
