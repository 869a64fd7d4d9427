//! CNCF distribution: Debian's `docker-registry` or another, a process and a folder each.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pusher::registry::{Client, ClientOptions, HostOptions};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::Result;
use crate::identity::Identity;
use crate::login::{LOGIN, Tokens};

/// How often something that takes a moment is looked at, and how many times.
const PAUSE: Duration = Duration::from_millis(10);
const LOOKS: usize = 1000;

/// A running registry. It is killed when it is dropped, and its folder goes with it.
pub(crate) struct Registry {
    pub(crate) address: SocketAddr,
    process: Child,
    folder: TempDir,
    /// What has to be trusted, if it speaks TLS.
    certificate: Option<Vec<u8>>,
    wants_login: bool,
}

/// How many requests of each sort were answered.
pub(crate) type Requests = BTreeMap<String, usize>;

/// What a registry is like.
pub(crate) struct Setup<'a> {
    pub(crate) program: &'a str,
    /// Its log of requests takes time, so it is kept only where it is read.
    pub(crate) logs: bool,
    /// Who it is, if it speaks TLS.
    pub(crate) identity: Option<&'a Identity>,
    /// Where tokens come from, if it wants them.
    pub(crate) tokens: Option<&'a Tokens>,
}

impl Registry {
    /// Starts an empty one.
    pub(crate) async fn start(setup: &Setup<'_>) -> Result<Self> {
        let folder = memory_folder()?;
        let path = folder.path();
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        fs::write(
            path.join("config.yml"),
            configuration(setup, path, address)?,
        )?;
        let program = setup.program;
        let process = Command::new(program)
            .args(["serve", "config.yml"])
            // Some send a trace of every request to wherever, unless they are told not to.
            .env("OTEL_TRACES_EXPORTER", "none")
            .current_dir(path)
            .stdin(Stdio::null())
            .stdout(File::create(path.join("requests"))?)
            .stderr(File::create(path.join("errors"))?)
            .spawn()
            .map_err(|error| format!("`{program}` does not start: {error}"))?;
        let identity = setup.identity;
        let mut registry = Self {
            address,
            process,
            folder,
            certificate: identity.map(|identity| identity.certificate().into()),
            wants_login: setup.tokens.is_some(),
        };
        registry.ready(program).await?;
        Ok(registry)
    }

    /// Returns a client that is let in.
    pub(crate) fn client(&self) -> Client {
        let options = HostOptions {
            plain_http: Some(self.certificate.is_none()),
            ca_certificates: self.certificate.clone(),
            login: self.wants_login.then(|| LOGIN.for_client()),
            ..HostOptions::default()
        };
        Client::new(ClientOptions {
            hosts: HashMap::from([(self.address.to_string(), options)]),
            ..ClientOptions::default()
        })
    }

    /// Forgets the requests so far.
    pub(crate) async fn begin_count(&self) -> Result<usize> {
        Ok(self.settled().await?.lines().count())
    }

    /// Returns the requests since a count was begun.
    pub(crate) async fn count_since(&self, begin: usize) -> Result<Requests> {
        let mut requests = Requests::new();
        for line in self.settled().await?.lines().skip(begin) {
            if let Some(sort) = sort(line) {
                *requests.entry(sort).or_default() += 1;
            }
        }
        Ok(requests)
    }

    /// Returns the log once nothing more is written to it.
    async fn settled(&self) -> Result<String> {
        let log = self.folder.path().join("requests");
        let mut before = fs::read_to_string(&log)?;
        loop {
            sleep(5 * PAUSE).await;
            let now = fs::read_to_string(&log)?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
    }

    async fn ready(&mut self, program: &str) -> Result<()> {
        for _ in 0..LOOKS {
            if TcpStream::connect(self.address).await.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                let errors = fs::read_to_string(self.folder.path().join("errors"))?;
                return Err(format!("`{program}` ended with {status}:\n{errors}").into());
            }
            sleep(PAUSE).await;
        }
        Err(format!("`{program}` does not listen").into())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns what a program says of its version, or the error that it is not there.
pub(crate) fn version(program: &str) -> Result<String> {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .map_err(|error| format!("`{program}` does not start: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn configuration(setup: &Setup<'_>, folder: &Path, address: SocketAddr) -> Result<String> {
    let tls = match setup.identity {
        Some(identity) => format!(
            ", tls: {{ certificate: {}, key: {} }}",
            identity.write_certificate(folder)?.display(),
            identity.write_key(folder)?.display()
        ),
        None => String::new(),
    };
    let auth = setup.tokens.map(Tokens::configuration);
    Ok(format!(
        "version: 0.1\n\
         log: {{ level: error, accesslog: {{ disabled: {} }} }}\n\
         storage: {{ filesystem: {{ rootdirectory: {}, maxthreads: 1000 }}, \
         cache: {{ blobdescriptor: inmemory }} }}\n\
         http: {{ addr: '{address}'{tls} }}\n{}",
        !setup.logs,
        folder.join("data").display(),
        auth.unwrap_or_default(),
    ))
}

/// Makes a folder in memory, where there is such a place: a disk would be what is measured.
pub(crate) fn memory_folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        TempDir::new_in(memory)?
    } else {
        TempDir::new()?
    })
}

/// Reads which sort of request a line of the log is about: `HEAD manifest`, `POST mount`.
fn sort(line: &str) -> Option<String> {
    let request = line.split('"').nth(1)?;
    let (method, rest) = request.split_once(' ')?;
    let path = rest.split(' ').next()?;
    let object = if path.contains("mount=") {
        "mount"
    } else if path.contains("/blobs/uploads/") {
        "upload"
    } else if path.contains("/blobs/") {
        "blob"
    } else if path.contains("/manifests/") {
        "manifest"
    } else if path.contains("/tags/list") {
        "tags"
    } else if path == "/v2/" {
        "ping"
    } else {
        "other"
    };
    Some(format!("{method} {object}"))
}
