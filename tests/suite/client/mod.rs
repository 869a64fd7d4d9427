//! The wire client against the sandbox: real HTTP on loopback, and what the sandbox wrote down.

mod absurd;
mod auth;
mod auth_methods;
mod blobs;
mod credentials;
mod damaged;
mod destinations;
mod failures;
mod limits;
mod lists;
mod login_ways;
mod manifests;
mod mirrors;
mod networks;
mod outages;
mod proxies;
mod real;
mod scripted;
mod shared;
mod tokens;
mod trickle;
mod uploads;

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use pusher::model::{Descriptor, Digest, Reference, Repository, Secret};
use pusher::registry::{Client, ClientOptions, HostOptions, Login, RetryOptions, Timeouts};
use pusher::sandbox::images::{Artifact, Image};
use pusher::sandbox::{Options, Sandbox};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::support::found;

/// A password that must never be seen.
const PASSWORD: &str = "hunter2-hunter2";

/// Waits that are over soon: how long they are is not what is tested.
fn soon() -> RetryOptions {
    RetryOptions {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        ..RetryOptions::default()
    }
}

/// No long patience with hosts that are away: that they are waited for is tested in `outages`.
fn impatience() -> Timeouts {
    Timeouts {
        outage: Duration::from_millis(200),
        ..Timeouts::default()
    }
}

/// Reads a request without a body off a connection.
async fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

/// Returns a client without a login.
fn anonymous() -> Client {
    Client::new(ClientOptions {
        retry: soon(),
        timeouts: impatience(),
        ..ClientOptions::default()
    })
}

/// Returns a client that is soon tired of being told that it is too much.
fn soon_tired() -> Client {
    let longest_pause = Duration::from_millis(300);
    Client::new(ClientOptions {
        retry: RetryOptions {
            longest_pause,
            ..soon()
        },
        timeouts: impatience(),
        ..ClientOptions::default()
    })
}

/// Returns a client that knows this much about one host.
fn client_with(host: &str, options: HostOptions) -> Client {
    let hosts = HashMap::from([(host.to_owned(), options)]);
    Client::new(ClientOptions {
        hosts,
        retry: soon(),
        timeouts: impatience(),
        ..ClientOptions::default()
    })
}

/// Returns a client with a login for one host.
fn client_for(sandbox: &Sandbox) -> Client {
    let login = Some(found(login()));
    client_with(
        sandbox.address(),
        HostOptions {
            login,
            ..HostOptions::default()
        },
    )
}

fn login() -> Login {
    Login::Password {
        username: "user".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
    }
}

async fn start(options: Options) -> Sandbox {
    Sandbox::start(options).await.unwrap()
}

fn repository(sandbox: &Sandbox, name: &str) -> Repository {
    Repository {
        registry: sandbox.address().to_owned(),
        name: name.to_owned(),
    }
}

fn tagged(sandbox: &Sandbox, name: &str, tag: &str) -> Reference {
    Reference::tagged(repository(sandbox, name), tag)
}

/// Puts a small image into a repository under the tag `v1`.
fn push_image(sandbox: &Sandbox, name: &str) -> Artifact {
    let artifact = Image::new("linux/amd64").layer(name).build();
    artifact.push(sandbox, name, "v1");
    artifact
}

/// Puts a blob of so many bytes into a repository.
fn push_blob(sandbox: &Sandbox, name: &str, size: usize) -> (Descriptor, Vec<u8>) {
    let bytes: Vec<u8> = (0..size)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    let digest = sandbox.put_blob(name, bytes.clone());
    (descriptor(digest, size), bytes)
}

fn descriptor(digest: Digest, size: usize) -> Descriptor {
    Descriptor {
        media_type: "application/octet-stream".to_owned(),
        digest,
        size: size as u64,
    }
}

/// Runs one test of this binary in a process with other variables; it is one that does nothing
/// without [`GIVEN`].
///
/// The environment belongs to the whole process, and other tests run in this one.
async fn run_in_own_process(test: &str, given: &str, environment: &[(&str, &str)]) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(GIVEN, given);
    command.envs(environment.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{errors}");
    assert!(
        told.contains("1 passed"),
        "there is no test `{test}`: {told}"
    );
}

/// The variable that hands something to a test in a process of its own.
const GIVEN: &str = "PUSHER_TEST_GIVEN";

/// Returns what was handed to this process, if it is one of [`run_in_own_process`].
fn given() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a test hands something to its process"
    )]
    std::env::var(GIVEN).ok()
}
