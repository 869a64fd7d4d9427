//! Logins from files and helpers.

use std::path::{Path, PathBuf};

use pusher::model::Cause;
use pusher::registry::{
    Client, ClientOptions, Credentials, HostOptions, LoginSource, ReadRegistry as _,
};
use pusher::sandbox::{Auth, Bearer, Options, Sandbox, User};
use tempfile::TempDir;

use super::{PASSWORD, given, login, push_image, run_in_own_process, soon, start, tagged};
use crate::support::found;

async fn basic() -> Sandbox {
    let sandbox = start(Options {
        auth: Auth::basic("user", PASSWORD),
        ..Options::default()
    })
    .await;
    push_image(&sandbox, "app");
    sandbox
}

fn client(files: Vec<PathBuf>) -> Client {
    let credentials = Credentials::new(files.into_iter().map(LoginSource::File).collect());
    Client::new(ClientOptions {
        credentials,
        retry: soon(),
        ..ClientOptions::default()
    })
}

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// `user:hunter2-hunter2` as docker writes it.
const AUTH: &str = "dXNlcjpodW50ZXIyLWh1bnRlcjI=";

#[tokio::test]
async fn docker_and_podman_configs_are_read_in_order() {
    let sandbox = basic().await;
    let host = sandbox.address();
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.json");
    let other = write(
        &folder,
        "other.json",
        r#"{"auths":{"other.example.com":{"auth":"eDp5"}}}"#,
    );
    let right = write(
        &folder,
        "right.json",
        &format!(r#"{{"auths":{{"{host}":{{"auth":"{AUTH}"}}}}}}"#),
    );
    let client = client(vec![missing, other, right]);
    assert!(
        client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_declared_login_comes_before_the_files() {
    let sandbox = basic().await;
    let host = sandbox.address().to_owned();
    let folder = TempDir::new().unwrap();
    let wrong = write(
        &folder,
        "wrong.json",
        &format!(r#"{{"auths":{{"{host}":{{"auth":"eDp5"}}}}}}"#),
    );
    let credentials = Credentials::new(vec![LoginSource::File(wrong)]);
    let hosts = [(
        host,
        HostOptions {
            login: Some(found(login())),
            ..HostOptions::default()
        },
    )]
    .into();
    let client = Client::new(ClientOptions {
        hosts,
        credentials,
        ..ClientOptions::default()
    });
    assert!(
        client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn an_identity_token_in_a_config_is_used() {
    let users = vec![User::new("user", PASSWORD)];
    let auth = Auth::Bearer(Bearer {
        users,
        ..Bearer::default()
    });
    let sandbox = start(Options {
        auth,
        ..Options::default()
    })
    .await;
    push_image(&sandbox, "app");
    let host = sandbox.address();
    let folder = TempDir::new().unwrap();
    let text =
        format!(r#"{{"auths":{{"{host}":{{"auth":"dXNlcjo=","identitytoken":"{PASSWORD}"}}}}}}"#);
    let client = client(vec![write(&folder, "config.json", &text)]);
    assert!(
        client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(sandbox.log().count("POST", "/token"), 1);
}

#[tokio::test]
async fn a_broken_config_does_not_keep_public_images_from_being_read() {
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
    let folder = TempDir::new().unwrap();
    for text in [
        "not json",
        r#"{"credsStore":"there-is-no-such-helper"}"#,
        r#"{"auths":{}}"#,
    ] {
        let client = client(vec![write(&folder, "config.json", text)]);
        let found = client
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await
            .unwrap();
        assert!(found.is_some(), "{text}");
    }
}

#[cfg(unix)]
fn write_helper(folder: &TempDir, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = write(folder, name, &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
fn search_path(folder: &Path) -> String {
    format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display())
}

#[cfg(unix)]
#[tokio::test]
async fn a_helper_is_asked_once_however_many_requests_there_are() {
    let sandbox = basic().await;
    let host = sandbox.address();
    let folder = TempDir::new().unwrap();
    let asked = folder.path().join("asked");
    let script = format!(
        "cat >> {0}; echo >> {0}; echo '{{\"Username\":\"user\",\"Secret\":\"{PASSWORD}\"}}'",
        asked.display()
    );
    write_helper(&folder, "docker-credential-test", &script);
    write(
        &folder,
        "config.json",
        &format!(r#"{{"credHelpers":{{"{host}":"test"}}}}"#),
    );
    let path = search_path(folder.path());
    let config = folder.path().join("config.json");
    let given = format!("{} {host} works", config.display());
    let test = "client::credentials::own_process_reads_with_the_users_files";
    run_in_own_process(test, &given, &[("PATH", &path)]).await;
    assert_eq!(std::fs::read_to_string(asked).unwrap().trim(), host);
}

#[cfg(unix)]
#[tokio::test]
async fn a_helper_that_knows_no_login_or_never_answers_means_no_login() {
    let sandbox = basic().await;
    let host = sandbox.address();
    let test = "client::credentials::own_process_reads_with_the_users_files";
    for script in [
        "echo 'credentials not found in native keychain'; exit 1",
        "echo 'a secret text'; exit 2",
        "exec sleep 3",
    ] {
        let folder = TempDir::new().unwrap();
        write_helper(&folder, "docker-credential-test", script);
        write(&folder, "config.json", r#"{"credsStore":"test"}"#);
        let path = search_path(folder.path());
        let config = folder.path().join("config.json");
        let given = format!("{} {host} wants-a-login", config.display());
        run_in_own_process(test, &given, &[("PATH", &path)]).await;
    }
}

#[tokio::test]
async fn own_process_reads_with_the_users_files() {
    let Some(given) = given() else { return };
    let [config, host, expected] = given.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("{given}");
    };
    let repository = pusher::model::Repository {
        registry: host.to_owned(),
        name: "app".to_owned(),
    };
    let reference = pusher::model::Reference::tagged(repository, "v1");
    let credentials = Credentials::new(vec![LoginSource::File(config.into())]);
    let helper = std::time::Duration::from_secs(1);
    let timeouts = pusher::registry::Timeouts {
        helper,
        ..Default::default()
    };
    let client = Client::new(ClientOptions {
        credentials,
        timeouts,
        ..ClientOptions::default()
    });
    let found =
        futures_util::future::join_all((0..10).map(|_| client.head_manifest(&reference))).await;
    for found in found {
        match expected {
            "works" => assert!(found.unwrap().is_some()),
            _ => assert_eq!(found.unwrap_err().cause(), Cause::Unauthorized),
        }
    }
}
