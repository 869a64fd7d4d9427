//! Who asks: the logins that docker and podman keep.

use std::cmp::Reverse;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::model::{LoginOrigin, Secret};

use super::login_file::LoginFile;
use super::{FoundLogin, Logins, helper};

/// A place for logins.
#[derive(Debug, Clone)]
pub enum LoginSource {
    /// A file that `docker login` or `podman login` writes, if it is there.
    File(PathBuf),
    /// A file that the first versions of docker wrote, if it is there.
    LegacyFile(PathBuf),
    /// What such a file holds, in a variable of the environment.
    Variable {
        /// The variable's name.
        name: &'static str,
        /// Its value.
        text: Secret,
    },
}

/// Where logins are found that [`HostOptions::login`](crate::registry::HostOptions::login) does not give:
/// what comes first counts. Each place is read once, when the first login is wanted.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    sources: Vec<LoginSource>,
    files: Arc<OnceCell<Vec<(LoginOrigin, LoginFile)>>>,
}

impl Credentials {
    /// Takes logins from these places.
    pub fn new(sources: Vec<LoginSource>) -> Self {
        Self {
            sources,
            files: Arc::default(),
        }
    }

    /// Finds the logins for a host; none means that it is asked anonymously.
    ///
    /// What is broken must not keep public images from being read: it is told at warning level, and
    /// the search goes on. A program that keeps logins is waited for no longer than `timeout`.
    pub(in crate::registry) async fn find(&self, host: &str, timeout: Duration) -> Logins {
        let files = self.files().await;
        let mut logins = Logins::default();
        for (origin, file) in files {
            for name in file.namespaces(host) {
                if logins.below.iter().all(|(known, _)| known != name)
                    && let Some(found) = file.namespace_login(host, name)
                    && let Some(login) = found_or_told(origin, found)
                {
                    logins.below.push((name.to_owned(), login));
                }
            }
        }
        logins.below.sort_by_key(|(name, _)| Reverse(name.len()));
        for (origin, file) in files {
            logins.host = host_login(origin, file, host, timeout).await;
            if logins.host.is_some() {
                break;
            }
        }
        logins
    }

    async fn files(&self) -> &[(LoginOrigin, LoginFile)] {
        let read = || async {
            let mut files = vec![];
            for source in &self.sources {
                match source.read().await {
                    Ok(Some(file)) => files.push((source.origin(), file)),
                    Ok(None) => {}
                    Err(why) => warn(&source.origin(), &why),
                }
            }
            files
        };
        self.files.get_or_init(read).await
    }
}

impl LoginSource {
    fn origin(&self) -> LoginOrigin {
        match self {
            Self::File(path) | Self::LegacyFile(path) => LoginOrigin::File(path.clone()),
            Self::Variable { name, text: _ } => LoginOrigin::Variable(name),
        }
    }

    /// Reads the place; none if there is nothing at it.
    async fn read(&self) -> Result<Option<LoginFile>, String> {
        match self {
            Self::File(path) => {
                let text = text(path.clone()).await?;
                text.map(|text| LoginFile::parse(&text)).transpose()
            }
            Self::LegacyFile(path) => {
                let text = text(path.clone()).await?;
                text.map(|text| LoginFile::parse_legacy(&text)).transpose()
            }
            Self::Variable { name: _, text } => LoginFile::parse(text.expose()).map(Some),
        }
    }
}

/// The most that a file of logins may have, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

async fn text(path: PathBuf) -> Result<Option<String>, String> {
    use std::io::{ErrorKind, Read as _};
    let read = move || {
        let file = match std::fs::File::open(path) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            opened => opened.map_err(|error| format!("it cannot be read: {error}"))?,
        };
        let mut text = vec![];
        let read = file.take(LONGEST_FILE + 1).read_to_end(&mut text);
        read.map_err(|error| format!("it cannot be read: {error}"))?;
        if text.len() as u64 > LONGEST_FILE {
            let size = LONGEST_FILE >> 20;
            return Err(format!(
                "it has more than {size} MiB; keep only the logins that are in use"
            ));
        }
        let text = String::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned())?;
        Ok(Some(text))
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|_| Err("reading it broke off".to_owned()))
}

/// Looks for a host's login as docker does: a program that keeps logins goes before what is written.
async fn host_login(
    origin: &LoginOrigin,
    file: &LoginFile,
    host: &str,
    timeout: Duration,
) -> Option<FoundLogin> {
    for (name, server) in file.helpers(host) {
        let answer = tokio::time::timeout(timeout, helper::ask(name, server)).await;
        let program = helper::program(name);
        let answer = answer.unwrap_or_else(|_| {
            Err(format!(
                "`{program}` gave no answer for {} s",
                timeout.as_secs()
            ))
        });
        match answer {
            Ok(Some(login)) => {
                let origin = LoginOrigin::Helper {
                    program,
                    named_in: Box::new(origin.clone()),
                };
                return Some(FoundLogin::new(login, origin));
            }
            Ok(None) => {}
            Err(why) => {
                warn(
                    origin,
                    &format!("{why}, and was asked for the login of `{host}`"),
                );
                break;
            }
        }
    }
    found_or_told(origin, file.host_login(host)?)
}

fn found_or_told(origin: &LoginOrigin, found: Result<super::Login, String>) -> Option<FoundLogin> {
    let told = |why: String| warn(origin, &why);
    let login = found.map_err(told).ok()?;
    Some(FoundLogin::new(login, origin.clone()))
}

fn warn(origin: &LoginOrigin, why: &dyn fmt::Display) {
    tracing::warn!("logins from {origin}: {why}; going on without");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_too_large_is_told_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let size = usize::try_from(LONGEST_FILE).unwrap();
        std::fs::write(&path, " ".repeat(size)).unwrap();
        assert_eq!(text(path.clone()).await.unwrap().unwrap().len(), size);
        std::fs::write(&path, " ".repeat(size + 1)).unwrap();
        let error = text(path).await.unwrap_err();
        assert_eq!(
            error,
            "it has more than 1 MiB; keep only the logins that are in use"
        );
    }
}
