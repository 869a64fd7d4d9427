//! Who asks: the logins that docker and podman keep.

use std::cmp::Reverse;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::model::{LoginOrigin, Secret, Text};

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
    async fn read(&self) -> Result<Option<LoginFile>, Text> {
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

async fn text(path: PathBuf) -> Result<Option<String>, Text> {
    use std::io::{ErrorKind, Read as _};
    let read = move || {
        let file = match std::fs::File::open(path) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            opened => opened.map_err(unreadable)?,
        };
        let mut text = vec![];
        let read = file.take(LONGEST_FILE + 1).read_to_end(&mut text);
        read.map_err(unreadable)?;
        if text.len() as u64 > LONGEST_FILE {
            let size = LONGEST_FILE >> 20;
            return Err(text!(
                "it has more than {size} MiB; keep only the logins that are in use",
                "它超过 {size} MiB；只留下在用的账号"
            ));
        }
        let text = String::from_utf8(text).map_err(|_| text!("it is not UTF-8", "它不是 UTF-8"))?;
        Ok(Some(text))
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|_| Err(text!("reading it broke off", "读到一半中断了")))
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
            Err(text!(
                "`{program}` gave no answer for {} s",
                "`{program}` {} 秒没有回答",
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
                let why = text!(
                    "{why}, and was asked for the login of `{host}`",
                    "取 `{host}` 的账号时，{why}"
                );
                warn(origin, &why);
                break;
            }
        }
    }
    found_or_told(origin, file.host_login(host)?)
}

fn found_or_told(origin: &LoginOrigin, found: Result<super::Login, Text>) -> Option<FoundLogin> {
    let told = |why: Text| warn(origin, &why);
    let login = found.map_err(told).ok()?;
    Some(FoundLogin::new(login, origin.clone()))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unreadable(error: std::io::Error) -> Text {
    text!("it cannot be read: {error}", "读不了它：{error}")
}

/// Says that a place for logins is passed over. A warning is for people, in the language that is spoken to them.
struct PassedOver<'a> {
    origin: &'a LoginOrigin,
    why: &'a Text,
}

impl fmt::Display for PassedOver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, why } = self;
        write_tr!(
            f,
            "logins from {origin}: {why}; going on without",
            "{origin} 里的账号：{why}；不用它，继续"
        )
    }
}

fn warn(origin: &LoginOrigin, why: &Text) {
    tracing::warn!("{}", PassedOver { origin, why });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

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
            error.english(),
            "it has more than 1 MiB; keep only the logins that are in use"
        );
        let origin = LoginOrigin::Helper {
            program: "docker-credential-own".to_owned(),
            named_in: Box::new(LoginOrigin::Variable("DOCKER_AUTH_CONFIG")),
        };
        let passed_over = PassedOver {
            origin: &origin,
            why: &error,
        };
        assert_eq!(
            Language::Chinese.speak(|| passed_over.to_string()),
            "`DOCKER_AUTH_CONFIG` 指定的 `docker-credential-own` 里的账号：它超过 1 MiB；只留下在用的账号；不用它，继续"
        );
    }
}
