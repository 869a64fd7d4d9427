//! Where answers send us, and what goes along.

use bytes::Bytes;
use pusher::model::Cause;
use pusher::model::{Digest, RawManifest, Secret};
use pusher::registry::{
    HostOptions, Login, ReadRegistry as _, Upload, UploadBody, UploadSession, WriteRegistry as _,
};

use super::scripted::{
    Answer, Asked, MANIFEST, Scripted, challenge, manifest, status, token, with_body,
};
use super::{
    anonymous, client_with, descriptor, given, login, push_blob, run_in_own_process, start,
};
use crate::support::found;

fn with_login() -> HostOptions {
    HostOptions {
        login: Some(found(login())),
        ..HostOptions::default()
    }
}

fn moved(status_code: u16, place: &str) -> Answer {
    status(status_code, &[("Location", place)])
}

#[tokio::test]
async fn a_login_is_not_sent_again_to_the_registry_that_another_host_points_to() {
    let other = Scripted::start(|asked, _| {
        let back = asked.path.strip_prefix("/to/").unwrap().to_owned();
        moved(307, &format!("http://{back}/taken"))
    })
    .await;
    let elsewhere = other.address.clone();
    let server = Scripted::start(move |asked, own| match asked.authorization() {
        _ if asked.path == "/taken" => with_body(200, &[], "abc"),
        Some(_) => moved(307, &format!("http://{elsewhere}/to/{own}")),
        None => challenge("Basic realm=\"x\""),
    })
    .await;
    let client = client_with(&server.address, with_login());
    let blob = descriptor(Digest::sha256(b"abc"), 3);
    let found = client.get_blob(&server.repository("app"), &blob).await;
    assert_eq!(found.unwrap().unwrap(), "abc");
    let taken = server
        .asked()
        .into_iter()
        .find(|asked| asked.path == "/taken");
    assert_eq!(taken.unwrap().authorization(), None);
    assert!(
        other
            .asked()
            .iter()
            .all(|asked| asked.authorization().is_none())
    );
}

/// Sends writes to another server, and nothing else.
async fn front(moves: u16, back: &Scripted) -> Scripted {
    let place = back.address.clone();
    Scripted::start(
        move |asked, _| match (&*asked.method, asked.authorization()) {
            ("GET" | "HEAD", _) => status(404, &[]),
            (_, None) => challenge("Basic realm=\"x\""),
            _ => moved(moves, &format!("http://{place}{}", asked.path)),
        },
    )
    .await
}

/// Takes uploads and manifests.
async fn back() -> Scripted {
    Scripted::start(|asked, _| match &*asked.method {
        "POST" => status(202, &[("Location", "session")]),
        "PUT" => status(201, &[]),
        _ => status(404, &[]),
    })
    .await
}

#[tokio::test]
async fn writes_go_where_the_same_request_is_asked_for_and_no_login_goes_along() {
    for moves in [307, 308] {
        let back = back().await;
        let front = front(moves, &back).await;
        let client = client_with(&front.address, with_login());
        let repository = front.repository("app");
        let mut session = open(client.start_upload(&repository, None).await.unwrap());
        let bytes = Bytes::from_static(b"abc");
        let digest = Digest::sha256(&bytes);
        client
            .finish_upload(&mut session, &digest, 3, bytes.into())
            .await
            .unwrap();
        client
            .put_manifest(&front.tagged("app"), &raw())
            .await
            .unwrap();
        let asked = back.asked();
        let told: Vec<_> = asked
            .iter()
            .map(|asked| (&*asked.method, asked.body.len()))
            .collect();
        assert_eq!(told, [("POST", 0), ("PUT", 3), ("PUT", MANIFEST.len())]);
        assert!(
            asked[1].path.contains("/uploads/session?digest=sha256"),
            "{}",
            asked[1].path
        );
        assert!(asked.iter().all(|asked| asked.authorization().is_none()));
    }
}

/// What is streamed is gone when the answer comes: the session knows its new place, and nothing is lost.
#[tokio::test]
async fn a_streamed_upload_that_is_sent_elsewhere_goes_there_when_it_is_begun_anew() {
    let back = back().await;
    let place = back.address.clone();
    let front = Scripted::start(move |asked, _| match &*asked.method {
        "POST" => moved(202, "session"),
        _ => moved(307, &format!("http://{place}{}", asked.path)),
    })
    .await;
    let client = anonymous();
    let mut session = open(
        client
            .start_upload(&front.repository("app"), None)
            .await
            .unwrap(),
    );
    let digest = Digest::sha256(b"abc");
    let body = || {
        let pieces = ["a", "bc"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        UploadBody::stream(futures_util::stream::iter(pieces))
    };
    let error = client
        .finish_upload(&mut session, &digest, 3, body())
        .await
        .unwrap_err();
    assert!(error.is_mended, "{error}");
    assert_eq!(client.upload_offset(&mut session).await.unwrap(), Some(0));
    client
        .finish_upload(&mut session, &digest, 3, body())
        .await
        .unwrap();
    let asked = back.asked();
    assert_eq!((asked.len(), &*asked[0].body), (1, &b"abc"[..]));
    assert_eq!(
        asked[0].path.matches("digest=").count(),
        1,
        "{}",
        asked[0].path
    );
}

#[tokio::test]
async fn a_write_is_never_made_another_request() {
    for moves in [301, 302, 303] {
        let back = back().await;
        let front = front(moves, &back).await;
        let client = client_with(&front.address, with_login());
        let error = client
            .put_manifest(&front.tagged("app"), &raw())
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("instead of taking"),
            "{moves}: {error}"
        );
        assert!(back.asked().is_empty());
    }
}

#[tokio::test]
async fn the_place_of_an_upload_is_taken_as_it_is() {
    let back = back().await;
    let place = format!("http://{}/somewhere?state=x", back.address);
    let front = Scripted::start(move |_, _| moved(202, &place)).await;
    let client = anonymous();
    let session = client
        .start_upload(&front.repository("app"), None)
        .await
        .unwrap();
    let body = UploadBody::from(Bytes::from_static(b"abc"));
    let digest = Digest::sha256(b"abc");
    client
        .finish_upload(&mut open(session), &digest, 3, body)
        .await
        .unwrap();
    assert_eq!(back.count("PUT", "/somewhere?state=x&digest=sha256"), 1);
}

/// A token to get others with is in the body, and so may not go where an answer points to.
#[tokio::test]
async fn a_token_service_that_moves_gets_no_login_at_its_new_place() {
    let thief = Scripted::start(|_, _| token("t")).await;
    let place = format!("http://{}/token", thief.address);
    for login in [
        login(),
        Login::IdentityToken(Secret::new("identity".to_owned())),
    ] {
        let place = place.clone();
        let server = Scripted::start(move |asked, own| match asked.authorization() {
            _ if asked.path.starts_with("/token") => moved(307, &place),
            Some("Bearer t") => manifest(asked),
            _ => challenge(&format!("Bearer realm=\"http://{own}/token\"")),
        })
        .await;
        let options = HostOptions {
            login: Some(found(login)),
            ..HostOptions::default()
        };
        let _ = client_with(&server.address, options)
            .head_manifest(&server.tagged("app"))
            .await;
        for asked in thief.asked() {
            assert_eq!(asked.authorization(), None);
            assert!(asked.body.is_empty(), "{:?}", asked.body);
        }
    }
}

#[tokio::test]
async fn what_is_near_is_not_asked_for_one_that_is_farther() {
    for place in [
        "http://10.0.0.1/",
        "https://169.254.169.254/",
        "http://[fe80::1]/",
        "ftp://127.0.0.1/",
    ] {
        let server = Scripted::start(move |_, _| moved(307, place)).await;
        let client = anonymous();
        let error = client
            .get_manifest(&server.tagged("app"))
            .await
            .unwrap_err();
        assert_eq!(error.cause(), Cause::Protocol, "{error}");
        assert!(error.to_string().contains("it points to"), "{error}");
        let upload = Scripted::start(move |_, _| moved(202, place)).await;
        let error = client
            .start_upload(&upload.repository("app"), None)
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("it wants the upload at"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_login_goes_to_no_realm_without_tls_but_those_that_were_declared_so() {
    let auth = Scripted::start(|_, _| token("t")).await;
    let port = auth.address.split_once(':').unwrap().1.to_owned();
    // The same server under a name that is not this machine's.
    let realm = format!("http://auth.example.com:{port}/token");
    let server = Scripted::start(move |_, _| challenge(&format!("Bearer realm=\"{realm}\""))).await;
    let client = client_with(&server.address, with_login());
    let error = client
        .head_manifest(&server.tagged("app"))
        .await
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("`auth.example.com` without TLS; nothing was sent there"),
        "{told}"
    );
    assert!(
        told.contains("registries.auth.example.com.plain-http"),
        "{told}"
    );
    assert!(auth.asked().is_empty());
}

/// Plays a registry and all that it names, as a proxy does.
#[tokio::test]
async fn no_login_goes_to_an_address_that_only_we_can_reach() {
    let realms = [
        "http://169.254.169.254/token",
        "https://169.254.169.254/token",
        "http://2852039166/token",
        "http://10.0.0.1/token",
        "https://10.0.0.1/token",
        "https://[fe80::1]/token",
        "https://[::ffff:10.0.0.1]/token",
        "http://metadata.google.internal/token",
        "http://auth.example.com/token",
    ];
    let network = Scripted::start(move |asked, _| {
        let number: usize = match asked.path.split_once("/v2/app-") {
            Some((_, rest)) => rest.split('/').next().unwrap().parse().unwrap(),
            None => return token("t"),
        };
        challenge(&format!("Bearer realm=\"{}\"", realms[number]))
    })
    .await;
    let proxy = format!("http://{}", network.address);
    let proxies = [
        ("HTTP_PROXY", &*proxy),
        ("HTTPS_PROXY", &proxy),
        ("NO_PROXY", ""),
        ("ALL_PROXY", ""),
    ];
    let test = "client::destinations::own_process_asks_with_a_login";
    run_in_own_process(test, &realms.len().to_string(), &proxies).await;
    let asked = network.asked();
    let is_registry = |asked: &&Asked| asked.path.starts_with("http://registry.example.com/v2/");
    assert_eq!(
        asked
            .iter()
            .find(|asked| !is_registry(asked))
            .map(|asked| &asked.path),
        None
    );
    assert!(asked.len() >= realms.len());
}

#[tokio::test]
async fn own_process_asks_with_a_login() {
    let Some(count) = given() else { return };
    let options = HostOptions {
        plain_http: Some(true),
        ..with_login()
    };
    let client = client_with("registry.example.com", options);
    for number in 0..count.parse().unwrap() {
        let repository = pusher::model::Repository {
            registry: "registry.example.com".to_owned(),
            name: format!("app-{number}"),
        };
        let tag = pusher::model::Reference::tagged(repository, "v1");
        let error = client.head_manifest(&tag).await.unwrap_err();
        assert!(
            error.to_string().contains("nothing was sent there"),
            "{number}: {error}"
        );
    }
}

/// An address that a registry points to may be signed for a short time.
#[tokio::test]
async fn an_address_that_is_over_is_asked_for_again() {
    for refusal in [400, 401, 403, 404, 410] {
        let storage = Scripted::start(move |asked, _| {
            if asked.path.ends_with("signed=3") {
                with_body(200, &[], "abc")
            } else {
                status(refusal, &[])
            }
        })
        .await;
        let place = storage.address.clone();
        let signed = std::sync::atomic::AtomicUsize::new(1);
        let server = Scripted::start(move |_, _| {
            let number = signed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            moved(307, &format!("http://{place}/blob?signed={number}"))
        })
        .await;
        let blob = descriptor(Digest::sha256(b"abc"), 3);
        let found = anonymous().get_blob(&server.repository("app"), &blob).await;
        assert_eq!(found.unwrap().unwrap(), "abc", "{refusal}");
        assert_eq!(server.asked().len(), 3);
    }
}

#[tokio::test]
async fn an_address_that_stays_over_is_not_asked_for_for_ever() {
    let sandbox = start(pusher::sandbox::Options {
        redirect: true,
        ..pusher::sandbox::Options::default()
    })
    .await;
    let (blob, _) = push_blob(&sandbox, "app", 100);
    let gone =
        pusher::sandbox::Fault::new("GET", "/storage/", pusher::sandbox::Effect::status(403));
    sandbox.faults().add(gone.always());
    let error = anonymous()
        .get_blob(&super::repository(&sandbox, "app"), &blob)
        .await;
    let error = error.unwrap_err();
    assert_eq!((error.cause(), error.tries), (Cause::Denied, 3), "{error}");
}

fn open(upload: Upload) -> UploadSession {
    match upload {
        Upload::Session(session) => session,
        Upload::Done => panic!("mounted without being asked to"),
    }
}

fn raw() -> RawManifest {
    let bytes = Bytes::from_static(MANIFEST.as_bytes());
    RawManifest {
        descriptor: pusher::model::Descriptor {
            media_type: pusher::model::media_type::OCI_MANIFEST.to_owned(),
            digest: Digest::sha256(&bytes),
            size: bytes.len() as u64,
        },
        bytes,
    }
}
