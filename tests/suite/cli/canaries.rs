//! A canary in each place that a login can come from, and a server that says back whatever it is told:
//! nothing that comes out has one of them, in any form.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::{Response, StatusCode};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::acr;
use super::harness::{Place, Ran};
use crate::support::acr::{Acr, Asked, ENTERPRISE, INSTANCE_ROLE, Instead};

/// Signs that addresses, JSON and HTML write in another way.
const SIGNS: &str = "/&+\"~";

/// How the server that says everything back refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// It asks for a password, and says what it got as JSON.
    Basic,
    /// It asks for a password, and says what it got as plain text.
    Plain,
    /// It names a place for tokens that refuses the login.
    Token,
    /// It gives tokens, and refuses them.
    TokenRefused,
    /// It points elsewhere, with what it got in the address.
    Redirect,
}

/// A server that says back what it was asked with; all that was asked with is kept.
async fn echo(refusal: Refusal) -> (String, Arc<Mutex<String>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (own, heard) = (address.clone(), Arc::<Mutex<String>>::default());
    let log = heard.clone();
    let service = any(move |request: Request| {
        let (own, log) = (own.clone(), log.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let login = parts.headers.get("authorization");
            let login = login.map_or("", |login| login.to_str().unwrap());
            let secret = login.split(' ').next_back().unwrap_or_default();
            let decoded = STANDARD.decode(secret).unwrap_or_default();
            let decoded = String::from_utf8_lossy(&decoded);
            let mut said = String::new();
            write!(said, "{login} {decoded} {}", String::from_utf8_lossy(&body)).unwrap();
            log.lock().unwrap().push_str(&said);
            answer(refusal, parts.uri.path(), &own, &said, &decoded)
        }
    });
    let router = axum::Router::new().fallback_service(service);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, heard)
}

fn answer(refusal: Refusal, path: &str, own: &str, said: &str, decoded: &str) -> Response<String> {
    let is_token = path.starts_with("/token");
    if is_token && refusal == Refusal::TokenRefused {
        let token = serde_json::json!({ "token": format!("CANARYtoken{}", decoded.len()) });
        return Response::new(token.to_string());
    }
    let json = serde_json::json!({"errors": [{"code": said, "message": said, "detail": said}]});
    let mut body = json.to_string();
    let mut response = Response::builder().status(StatusCode::UNAUTHORIZED);
    response = match refusal {
        Refusal::Basic => response.header("www-authenticate", "Basic realm=\"x\""),
        Refusal::Plain => {
            said.clone_into(&mut body);
            response.header("www-authenticate", "Basic realm=\"x\"")
        }
        Refusal::Token | Refusal::TokenRefused => {
            let realm = format!("Bearer realm=\"http://x:CANARYrealm@{own}/token\"");
            response.header("www-authenticate", realm)
        }
        Refusal::Redirect if decoded.is_empty() => {
            response.header("www-authenticate", "Basic realm=\"x\"")
        }
        Refusal::Redirect => {
            let decoded: String =
                url::form_urlencoded::byte_serialize(decoded.as_bytes()).collect();
            let secret: String = decoded.replace('+', "%20");
            response = response.status(StatusCode::FOUND);
            response.header("location", format!("http://{own}/v2/{secret}/?{secret}"))
        }
    };
    if refusal == Refusal::Plain {
        response = response.header("content-type", "text/plain");
    }
    response.body(body).unwrap()
}

/// Returns each place for a login that a registry can have, with the canaries that are in it.
fn places(target: &str) -> Vec<(Place, Vec<String>)> {
    let secret = |name: &str| format!("CANARY{name}{SIGNS}");
    let base = || {
        let (source, target) = ("127.0.0.1:1", target);
        Place::empty()
            .variable("ALIYUN_REGISTRY", target)
            .variable("ALIYUN_NAME_SPACE", "team")
            .variable("GITHUB_STEP_SUMMARY", "summary.md")
            .file(
                "images.txt",
                &format!("{target}/org/app:1\n{target}/org/app:2\n"),
            )
            .naming(source, "NOWHERE")
    };
    let variables = base()
        .variable("ALIYUN_REGISTRY_USER", "me")
        .variable("ALIYUN_REGISTRY_PASSWORD", &secret("variable"));
    let login = STANDARD.encode(format!("me:{}", secret("docker")));
    let docker = serde_json::json!({ "auths": { target: { "auth": login } } });
    let token = serde_json::json!({ "auths": { target: {
        "auth": STANDARD.encode("me:"), "identitytoken": secret("identity"),
    } } });
    let file = |name: &str, value: &str| {
        let text = format!(
            "version: 1\ninclude: [images.txt]\nregistries:\n  \"{target}\": {{username: me, password: {value}}}\n"
        );
        base()
            .variable("MINE", &secret(name))
            .file("mirror.yaml", &text)
    };
    let mut places = vec![
        (variables, vec![secret("variable")]),
        (
            base().file(".docker/config.json", &docker.to_string()),
            vec![secret("docker"), login],
        ),
        (
            base().file(".docker/config.json", &token.to_string()),
            vec![secret("identity")],
        ),
        (file("reference", "\"${MINE}\""), vec![secret("reference")]),
        (
            file("unused", &format!("'{}'", secret("plain"))),
            vec![secret("plain")],
        ),
    ];
    #[cfg(unix)]
    places.push((
        with_helper(base(), target, &secret("helper")),
        vec![secret("helper")],
    ));
    places
}

/// A login that another program hands out.
#[cfg(unix)]
fn with_helper(place: Place, target: &str, secret: &str) -> Place {
    use std::os::unix::fs::PermissionsExt as _;
    let login = serde_json::json!({ "ServerURL": target, "Username": "me", "Secret": secret });
    let helper = format!("#!/bin/sh\ncat >/dev/null\necho '{login}'\n");
    let config = serde_json::json!({ "credHelpers": { target: "canary" } });
    let place = place
        .file(".docker/config.json", &config.to_string())
        .file(".docker/docker-credential-canary", &helper);
    let folder = place.path().join(".docker");
    let program = folder.join("docker-credential-canary");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    place.variable("PATH", &path)
}

/// Every form in which a secret may come out.
fn forms(secret: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![
        secret.to_owned(),
        STANDARD.encode(format!("me:{secret}")),
        STANDARD.encode(secret),
        form.replace('+', "%20"),
        form,
    ]
}

fn files_below(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != ".docker" {
            files_below(&path, texts);
        } else if path.is_file() && !["mirror.yaml", "images.txt"].contains(&&*name) {
            let bytes = std::fs::read(&path).unwrap();
            texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

/// Runs commands, and returns how often something is masked in what comes out of them.
fn masked(place: &Place, secrets: &[String], refusal: Refusal, address: &str) -> usize {
    let diff = format!("diff -vv {address}/org/app:1 {address}/org/app:2");
    let commands = [
        "plan -vv --out saved.plan --report report.json --report report.md",
        "check -vv",
        "list -vv",
        "apply -vv --report report.json --report report.md",
        "plan --format github -vv",
        "drift -vv --report report.json",
        "lock -vv",
        "page site -vv",
        &diff,
    ];
    // A place for tokens is asked some times, with pauses.
    let few = if refusal == Refusal::Token {
        1
    } else {
        commands.len()
    };
    let mut told = 0;
    for typed in &commands[..few] {
        let Ran { stdout, stderr, .. } = place.run(typed);
        let mut texts = vec![("stdout".to_owned(), stdout), ("stderr".to_owned(), stderr)];
        files_below(place.path(), &mut texts);
        for (name, text) in &texts {
            let place = format!("{refusal:?} {typed}, {name}");
            for form in secrets.iter().flat_map(|secret| forms(secret)) {
                assert!(!text.contains(&form), "{place}: {form}\n{text}");
            }
            assert!(!text.contains("CANARY"), "{place}:\n{text}");
            told += text.matches("********").count();
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_comes_out_whatever_is_said_back() {
    let mut told = 0;
    for refusal in [
        Refusal::Basic,
        Refusal::Plain,
        Refusal::Token,
        Refusal::TokenRefused,
        Refusal::Redirect,
    ] {
        let (address, heard) = echo(refusal).await;
        let places = places(&address);
        told += tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let address = &address;
                let started: Vec<_> = places
                    .iter()
                    .map(|(place, secrets)| {
                        scope.spawn(move || masked(place, secrets, refusal, address))
                    })
                    .collect();
                let ended = started.into_iter().map(|one| one.join().unwrap());
                ended.sum::<usize>()
            })
        });
        // The canaries were there to be told.
        let heard = heard.lock().unwrap();
        assert!(heard.contains("CANARY"), "{refusal:?}: {heard}");
    }
    assert!(told > 20, "what is masked was to be said back: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_of_a_cloud_comes_out() {
    let acr = Acr::start(ENTERPRISE).await;
    let source = acr::source().await;
    let base = || acr::place(source.address(), &acr);
    let (secret, token) = acr.temporary_key("STS.mine", true);
    let temporary = base()
        .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.mine")
        .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secret)
        .variable("ALIBABA_CLOUD_SECURITY_TOKEN", &token);
    let places = [
        (
            acr::on_github(base(), &acr),
            &[Asked::GitHub, Asked::Sts, Asked::Acr][..],
        ),
        (temporary, &[Asked::Acr]),
        (
            base().variable("ALIBABA_CLOUD_ECS_METADATA", INSTANCE_ROLE),
            &[Asked::Metadata, Asked::Acr],
        ),
    ];
    let mut told = 0;
    for (place, services) in places {
        // Each service says back what it was told, and at last nothing is refused.
        for asked in services.iter().map(Some).chain([None]) {
            acr.behave();
            if let Some(asked) = asked {
                acr.let_it(*asked, Instead::Echoes);
            }
            for typed in [
                "plan -vv --out saved.plan --report report.json",
                "apply -vv",
            ] {
                let Ran { stdout, stderr, .. } = place.run(typed);
                let mut texts = vec![("stdout".to_owned(), stdout), ("stderr".to_owned(), stderr)];
                files_below(place.path(), &mut texts);
                for (name, text) in &texts {
                    assert!(
                        !text.contains("CANARY"),
                        "{asked:?} {typed}, {name}:\n{text}"
                    );
                    told += text.matches("********").count();
                }
            }
        }
    }
    assert!(told > 10, "what is masked was to be said back: {told}");
}
