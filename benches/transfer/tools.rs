//! How each tool is told to do the job: every image from the source, under its own name, into the
//! target's namespace.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::Result;
use crate::curl;
use crate::identity::Identity;
use crate::images::{Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};

/// What has to be done, and a folder for the files that say so.
pub(crate) struct Job<'a> {
    pub(crate) images: &'a [Named],
    pub(crate) source: SocketAddr,
    pub(crate) target: SocketAddr,
    pub(crate) folder: &'a Path,
    /// For tools that do not know themselves how much to do at once.
    pub(crate) at_once: usize,
    /// Who both registries are, if they speak TLS.
    pub(crate) identity: Option<&'a Identity>,
}

/// A program with its arguments and what is added to its environment.
pub(crate) struct Program {
    pub(crate) words: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
}

/// A program that copies images; `pusher` first, the others are compared with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Pusher,
    Regsync,
    Crane,
    Skopeo,
    ImageSyncer,
    Curl,
}

impl Tool {
    /// Those that copy images.
    pub(crate) const COPIERS: [Self; 5] = [
        Self::Pusher,
        Self::Regsync,
        Self::Crane,
        Self::Skopeo,
        Self::ImageSyncer,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pusher => "pusher",
            Self::Regsync => "regsync",
            Self::Crane => "crane",
            Self::Skopeo => "skopeo",
            Self::ImageSyncer => "image-syncer",
            Self::Curl => "curl",
        }
    }

    pub(crate) fn is_installed(self) -> bool {
        let mut command = Command::new(self.name());
        command
            .arg("--help")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self == Self::Pusher || command.status().is_ok()
    }

    /// Returns what the table calls it.
    pub(crate) fn title(self, at_once: usize) -> String {
        match self {
            Self::Pusher => "pusher apply".to_owned(),
            Self::Regsync => format!("regsync, {at_once} at once"),
            Self::Crane => format!("crane, {at_once} processes at once"),
            Self::Skopeo => "skopeo sync".to_owned(),
            Self::ImageSyncer => format!("image-syncer, {at_once} at once"),
            Self::Curl => "curl from source piped into curl to target".to_owned(),
        }
    }

    /// Writes the files that tell this tool what to do, and returns its command.
    pub(crate) fn program(self, job: &Job<'_>) -> Result<Program> {
        let words: Vec<OsString> = match self {
            Self::Pusher => return pusher(job, "apply"),
            Self::Regsync => regsync(job)?,
            Self::Crane => crane(job)?,
            Self::Skopeo => skopeo(job)?,
            Self::ImageSyncer => image_syncer(job)?,
            Self::Curl => curl::words(job)?,
        };
        Ok(Program {
            words,
            environment: environment(job)?,
        })
    }
}

/// Returns a command of `pusher` with an image list.
pub(crate) fn pusher(job: &Job<'_>, command: &str) -> Result<Program> {
    let mut list = String::new();
    for image in job.images {
        writeln!(list, "{}", source(job, image))?;
    }
    fs::write(job.folder.join("images.txt"), list)?;
    let host = json!({ "plain-http": job.identity.is_none() });
    let document = json!({
        "version": 1,
        "target": { "registry": job.target.to_string(), "namespace": TARGET_NAMESPACE },
        "include": ["images.txt"],
        "registries": { job.source.to_string(): host, job.target.to_string(): host },
    });
    fs::write(job.folder.join("mirror.yaml"), document.to_string())?;
    Ok(Program {
        words: words(&[env!("CARGO_BIN_EXE_pusher"), command]),
        environment: environment(job)?,
    })
}

fn regsync(job: &Job<'_>) -> Result<Vec<OsString>> {
    let Job {
        source: from,
        target: to,
        at_once,
        ..
    } = job;
    let tls = if job.identity.is_some() {
        "enabled"
    } else {
        "disabled"
    };
    let host = |host| json!({ "registry": host, "tls": tls, "reqConcurrent": at_once });
    let sync = |image| json!({ "source": source(job, image), "target": target(job, image), "type": "image" });
    let document = json!({
        "version": 1,
        "creds": [host(from), host(to)],
        "defaults": { "parallel": at_once },
        "sync": job.images.iter().map(sync).collect::<Vec<_>>(),
    });
    // JSON is YAML.
    fs::write(job.folder.join("regsync.yaml"), document.to_string())?;
    Ok(words(&[
        "regsync",
        "-v",
        "warn",
        "once",
        "-c",
        "regsync.yaml",
    ]))
}

fn crane(job: &Job<'_>) -> Result<Vec<OsString>> {
    let mut list = String::new();
    for image in job.images {
        writeln!(list, "{} {}", source(job, image), target(job, image))?;
    }
    fs::write(job.folder.join("pairs"), list)?;
    let at_once = job.at_once.to_string();
    let mut all = vec![
        "xargs", "-a", "pairs", "-P", &at_once, "-n", "2", "crane", "copy",
    ];
    if job.identity.is_none() {
        all.push("--insecure");
    }
    Ok(words(&all))
}

fn skopeo(job: &Job<'_>) -> Result<Vec<OsString>> {
    let mut images = serde_json::Map::new();
    for Named {
        repository, tag, ..
    } in job.images
    {
        let tags = images
            .entry(format!("{SOURCE_NAMESPACE}/{repository}"))
            .or_insert_with(|| json!([]));
        if let Some(tags) = tags.as_array_mut() {
            tags.push(json!(tag));
        }
    }
    let verify = job.identity.is_some();
    let document = json!({ job.source.to_string(): { "tls-verify": verify, "images": images } });
    fs::write(job.folder.join("skopeo.yaml"), document.to_string())?;
    let target = format!("{}/{TARGET_NAMESPACE}", job.target);
    Ok(words(&[
        "skopeo",
        "sync",
        "--src",
        "yaml",
        "--dest",
        "docker",
        &format!("--dest-tls-verify={verify}"),
        "skopeo.yaml",
        &target,
    ]))
}

fn image_syncer(job: &Job<'_>) -> Result<Vec<OsString>> {
    let host = json!({ "insecure": job.identity.is_none() });
    let auth = json!({ job.source.to_string(): host, job.target.to_string(): host });
    fs::write(job.folder.join("auth.json"), auth.to_string())?;
    let pairs: serde_json::Map<_, _> = job
        .images
        .iter()
        .map(|image| (source(job, image), json!(target(job, image))))
        .collect();
    let images = serde_json::Value::from(pairs).to_string();
    fs::write(job.folder.join("images.json"), images)?;
    Ok(words(&[
        "image-syncer",
        &format!("--proc={}", job.at_once),
        "--auth=auth.json",
        "--images=images.json",
    ]))
}

/// Nobody finds yesterday's caches, or the logins of whoever runs this; everybody trusts the registries.
fn environment(job: &Job<'_>) -> Result<Vec<(&'static str, OsString)>> {
    let folder = job.folder.as_os_str();
    let mut environment = vec![
        ("HOME", folder.to_owned()),
        ("XDG_CACHE_HOME", folder.to_owned()),
        ("DOCKER_CONFIG", folder.to_owned()),
    ];
    if let Some(identity) = job.identity {
        let certificate = identity.write_certificate(job.folder)?;
        environment.push(("SSL_CERT_FILE", certificate.into()));
        // Some would read the system's store as well, and some would not.
        let nothing = job.folder.join("no-certificates");
        fs::create_dir_all(&nothing)?;
        environment.push(("SSL_CERT_DIR", nothing.into()));
    }
    Ok(environment)
}

fn source(job: &Job<'_>, image: &Named) -> String {
    format!("{}/{SOURCE_NAMESPACE}/{}", job.source, image.name())
}

fn target(job: &Job<'_>, image: &Named) -> String {
    format!("{}/{TARGET_NAMESPACE}/{}", job.target, image.name())
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}
