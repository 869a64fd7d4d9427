//! How each tool is told to do the job: every image from the source, under its own name, into the
//! target's namespace. Each is given the mode in which it is fastest.

mod crane;
mod curl;
mod image_syncer;
mod pusher;
mod regsync;
mod skopeo;

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;
use crate::identity::Identity;
use crate::images::{Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};
use crate::login::{self, Login};

pub(crate) use pusher::program as run_pusher;

/// What has to be done, and a folder for the files that say so.
pub(crate) struct Job<'a> {
    pub(crate) images: &'a [Named],
    /// Where the images are, by [`Named::host`].
    pub(crate) sources: &'a [SocketAddr],
    pub(crate) target: SocketAddr,
    pub(crate) folder: &'a Path,
    /// Who the registries are, if they speak TLS.
    pub(crate) identity: Option<&'a Identity>,
    /// Who is let in, if not everybody is.
    pub(crate) login: Option<&'a Login>,
}

impl Job<'_> {
    fn source(&self, image: &Named) -> String {
        format!("{}:{}", self.source_repository(image), image.tag)
    }

    fn source_repository(&self, image: &Named) -> String {
        let host = self.sources[image.host];
        format!("{host}/{SOURCE_NAMESPACE}/{}", image.repository)
    }

    fn target(&self, image: &Named) -> String {
        format!("{}:{}", self.target_repository(image), image.tag)
    }

    fn target_repository(&self, image: &Named) -> String {
        format!("{}/{TARGET_NAMESPACE}/{}", self.target, image.repository)
    }

    /// Returns all registries, as `HOST:PORT`.
    fn hosts(&self) -> impl Iterator<Item = String> {
        let all = self.sources.iter().chain([&self.target]);
        all.map(ToString::to_string)
    }
}

/// A program with its arguments and what is added to its environment.
pub(crate) struct Program {
    pub(crate) words: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
}

/// A program that copies images, and how much it does at once where it does not know that itself. The
/// first one of a case is what the others are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Pusher,
    /// With a limit for each host that somebody set.
    PusherAtMost(usize),
    Regsync(usize),
    /// So many processes, one a repository.
    Crane(usize),
    Skopeo,
    ImageSyncer(usize),
    Curl,
}

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pusher | Self::PusherAtMost(_) => "pusher",
            Self::Regsync(_) => "regsync",
            Self::Crane(_) => "crane",
            Self::Skopeo => "skopeo",
            Self::ImageSyncer(_) => "image-syncer",
            Self::Curl => "curl",
        }
    }

    /// Returns what it says of its version; none where it is not there.
    pub(crate) fn version(self) -> Option<String> {
        let name = self.name();
        let word = match self {
            Self::Pusher | Self::PusherAtMost(_) => {
                return Some(env!("CARGO_PKG_VERSION").to_owned());
            }
            Self::Skopeo | Self::Curl => "--version",
            Self::Regsync(_) | Self::Crane(_) | Self::ImageSyncer(_) => "version",
        };
        let mut command = Command::new(name);
        let output = command.arg(word).stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().next().unwrap_or_default();
        // `skopeo version 1.9.3`, `VCSTag: v0.11.5`, `v0.21.9`.
        let is_version = |word: &&str| word.trim_start_matches('v').starts_with(char::is_numeric);
        let version = line.split_whitespace().find(is_version);
        Some(version.unwrap_or("of unknown version").to_owned())
    }

    /// Returns what the table calls it.
    pub(crate) fn title(self) -> String {
        match self {
            Self::Pusher => "pusher apply".to_owned(),
            Self::PusherAtMost(most) => format!("pusher apply, `concurrency: {most}`"),
            Self::Regsync(at_once) => format!("regsync once, {at_once} at once"),
            Self::Crane(processes) => format!("crane copy -a, {processes} processes at once"),
            Self::Skopeo => "skopeo sync".to_owned(),
            Self::ImageSyncer(at_once) => format!("image-syncer, {at_once} at once"),
            Self::Curl => "curl from source piped into curl to target".to_owned(),
        }
    }

    /// Writes the files that tell this tool what to do, and returns its command.
    pub(crate) fn program(self, job: &Job<'_>) -> Result<Program> {
        let words = match self {
            Self::Pusher => return pusher::program(job, &["apply"], None),
            Self::PusherAtMost(most) => return pusher::program(job, &["apply"], Some(most)),
            Self::Regsync(at_once) => regsync::words(job, at_once)?,
            Self::Crane(processes) => crane::words(job, processes)?,
            Self::Skopeo => skopeo::words(job)?,
            Self::ImageSyncer(at_once) => image_syncer::words(job, at_once)?,
            Self::Curl => curl::words(job)?,
        };
        Ok(Program {
            words,
            environment: environment(job)?,
        })
    }
}

/// Nobody finds yesterday's caches, or the logins of whoever runs this; everybody trusts the registries.
fn environment(job: &Job<'_>) -> Result<Vec<(&'static str, OsString)>> {
    let folder = job.folder.as_os_str();
    let docker = job.folder.join(".docker");
    fs::create_dir_all(&docker)?;
    if let Some(login) = job.login {
        let config = login::docker_config(login, job.hosts());
        fs::write(docker.join("config.json"), config)?;
    }
    let mut environment = vec![
        ("HOME", folder.to_owned()),
        ("XDG_CACHE_HOME", folder.to_owned()),
        ("DOCKER_CONFIG", docker.into()),
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

fn words_of(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}
