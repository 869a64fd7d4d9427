//! Debian's `docker-registry`, in a process and a folder of its own.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;

use super::registry::{Auth, Setup};
use super::token_server::{ISSUER, SERVICE, TokenServer};
use super::tools;

/// `user`, `secret`; bcrypt is all that the registry reads.
const HTPASSWD: &str = "user:$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";

/// How often a thing that takes a moment is looked at, and how many times.
const PAUSE: Duration = Duration::from_millis(10);
const LOOKS: usize = 3000;

/// A running `docker-registry`. It is killed when it is dropped, and its folder goes with it.
pub(crate) struct DockerRegistry {
    pub(crate) address: String,
    pub(crate) tokens: Option<TokenServer>,
    process: Child,
    stdout: Lines,
    folder: TempDir,
}

impl DockerRegistry {
    /// Starts it on a port that it chooses; `None` if it is not installed.
    pub(crate) async fn start(setup: &Setup) -> Option<Self> {
        let program = tools::find("docker-registry", "what the real registry says")?;
        let folder = TempDir::new().unwrap();
        let tokens = match setup.auth {
            Auth::Bearer {
                lifetime,
                anonymous_pull,
            } => {
                let certificate = folder.path().join("token.pem");
                Some(TokenServer::start(lifetime, anonymous_pull, &certificate).await)
            }
            Auth::Open | Auth::Basic => None,
        };
        let config = folder.path().join("config.yml");
        let text = configuration(setup, folder.path(), tokens.as_ref());
        std::fs::write(&config, text).unwrap();
        let mut process = Command::new(program)
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = Lines::read(process.stdout.take().unwrap());
        let stderr = Lines::read(process.stderr.take().unwrap());
        let mut registry = Self {
            address: String::new(),
            tokens,
            process,
            stdout,
            folder,
        };
        registry.address = registry.ready(&stderr).await;
        Some(registry)
    }

    /// Returns the lines of the access log, `METHOD PATH STATUS`, of all that was answered.
    pub(crate) async fn access_log(&self, settle: impl AsyncFn(&str)) -> Vec<String> {
        // What is written after the answers to a last request of our own holds all before it.
        let last = format!("/v2/?settled={}", self.stdout.len());
        settle(&last).await;
        for _ in 0..LOOKS {
            let lines: Vec<String> = self
                .stdout
                .all()
                .iter()
                .filter_map(|line| access(line))
                .collect();
            if lines.iter().any(|line| line.contains(&last)) {
                return lines
                    .into_iter()
                    .filter(|line| !line.contains("?settled="))
                    .collect();
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("the access log of docker-registry does not show {last}");
    }

    /// Deletes a tag behind the registry's back: it has no request for that.
    pub(crate) fn delete_tag(&self, repository: &str, tag: &str) {
        let tags = format!("data/docker/registry/v2/repositories/{repository}/_manifests/tags");
        std::fs::remove_dir_all(self.folder.path().join(tags).join(tag)).unwrap();
    }

    /// Returns the certificate that it shows, if it was set up with TLS.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("tls.pem")
    }

    async fn ready(&mut self, stderr: &Lines) -> String {
        for _ in 0..LOOKS {
            let text = stderr.all().join("\n");
            if let Some((_, address)) = text.split_once("listening on ") {
                return address
                    .split([',', '"'])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
            }
            let ended = self.process.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "docker-registry ended with {ended:?}:\n{text}"
            );
            tokio::time::sleep(PAUSE).await;
        }
        panic!(
            "docker-registry does not get ready:\n{}",
            stderr.all().join("\n")
        );
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(setup: &Setup, folder: &Path, tokens: Option<&TokenServer>) -> String {
    let path = folder.display();
    let mut text = format!(
        "version: 0.1\n\
         log: {{ level: info, formatter: json }}\n\
         storage: {{ filesystem: {{ rootdirectory: {path}/data }}, \
         delete: {{ enabled: {} }} }}\n\
         validation: {{ manifests: {{ urls: {{ allow: ['^https?://'] }} }} }}\n",
        setup.delete
    );
    if setup.images_only {
        text.push_str("policy: { repository: { classes: [image] } }\n");
    }
    if setup.auth == Auth::Basic {
        std::fs::write(folder.join("htpasswd"), HTPASSWD).unwrap();
        writeln!(
            text,
            "auth: {{ htpasswd: {{ realm: tests, path: {path}/htpasswd }} }}"
        )
        .unwrap();
    }
    if let Some(tokens) = tokens {
        let address = &tokens.address;
        writeln!(
            text,
            "auth: {{ token: {{ realm: 'http://{address}/token', service: '{SERVICE}', \
             issuer: '{ISSUER}', rootcertbundle: {path}/token.pem }} }}"
        )
        .unwrap();
    }
    text.push_str("http: { addr: '127.0.0.1:0'");
    if setup.tls {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let certified = rcgen::generate_simple_self_signed(names).unwrap();
        std::fs::write(folder.join("tls.pem"), certified.cert.pem()).unwrap();
        std::fs::write(
            folder.join("tls.key"),
            certified.signing_key.serialize_pem(),
        )
        .unwrap();
        write!(
            text,
            ", tls: {{ certificate: {path}/tls.pem, key: {path}/tls.key }}"
        )
        .unwrap();
    }
    text.push_str(" }\n");
    text
}

/// Reads `METHOD PATH STATUS` out of a line in Apache's format.
fn access(line: &str) -> Option<String> {
    let mut parts = line.split('"').skip(1);
    let (request, status) = (parts.next()?, parts.next()?.split_whitespace().next()?);
    let (request, _) = request.rsplit_once(" HTTP/")?;
    Some(format!("{request} {status}"))
}

/// The lines that a process has written so far.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn read(pipe: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let written = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                written.0.lock().unwrap().push(line);
            }
        });
        lines
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}
