//! Who asks: declared logins, then the docker and podman configs and their helpers.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential};

use crate::model::{DOCKER_HUB, Secret};

/// The key under which `docker login` keeps the login for Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// A login at a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A user name and a password.
    Password {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A token that is good for getting others (docker config's `identitytoken`).
    IdentityToken(Secret),
}

/// Where logins are found.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Logins that were handed over, by host.
    pub declared: HashMap<String, Login>,
    /// The files to look into after that.
    pub files: CredentialFiles,
}

/// The files that `docker login` and `podman login` write.
#[derive(Debug, Clone, Default)]
pub enum CredentialFiles {
    /// None.
    #[default]
    None,
    /// The user's own: docker's `config.json`, then podman's `auth.json`, where these tools look.
    User,
    /// These, in order; both tools' formats are the same.
    At(Vec<PathBuf>),
}

impl Credentials {
    /// Finds the login for a host; none means that it is asked anonymously.
    ///
    /// A helper is another program, so this waits for it off the async threads, and no longer than
    /// `patience`. One that is broken must not keep public images from being read: it is told at
    /// warning level, and the host is asked anonymously.
    pub(super) async fn find(&self, host: &str, patience: Duration) -> Option<Login> {
        if let Some(login) = self.declared.get(host) {
            return Some(login.clone());
        }
        if matches!(self.files, CredentialFiles::None) {
            return None;
        }
        let (files, name) = (self.files.clone(), host.to_owned());
        let search = tokio::task::spawn_blocking(move || files.find(&name));
        let found = match tokio::time::timeout(patience, search).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err("the search for a login broke off".to_owned()),
            Err(_) => Err(format!("no answer for {} s", patience.as_secs())),
        };
        found.unwrap_or_else(|why| {
            tracing::warn!("no login for `{host}` from the docker config: {why}; going on without");
            None
        })
    }
}

impl CredentialFiles {
    fn find(&self, host: &str) -> Result<Option<Login>, String> {
        let keys = if host == DOCKER_HUB {
            &[DOCKER_HUB_KEY, DOCKER_HUB][..]
        } else {
            &[host]
        };
        let mut broken = None;
        for answer in keys.iter().flat_map(|key| self.ask(key)) {
            match answer {
                Ok(credential) => return Ok(Some(credential.into())),
                Err(error) if is_not_found(&error) => {}
                Err(error) => broken = broken.or(Some(explain(&error))),
            }
        }
        broken.map_or(Ok(None), Err)
    }

    fn ask(&self, key: &str) -> Vec<Result<DockerCredential, CredentialRetrievalError>> {
        // The library reports a config that is not there as one that cannot be read.
        let missing = |error| match error {
            CredentialRetrievalError::ConfigReadError => CredentialRetrievalError::ConfigNotFound,
            other => other,
        };
        match self {
            Self::None => vec![],
            Self::User => vec![
                docker_credential::get_credential(key).map_err(missing),
                docker_credential::get_podman_credential(key).map_err(missing),
            ],
            Self::At(paths) => paths.iter().map(|path| look_into(path, key)).collect(),
        }
    }
}

fn look_into(path: &Path, key: &str) -> Result<DockerCredential, CredentialRetrievalError> {
    let file = File::open(path).map_err(|_| CredentialRetrievalError::ConfigNotFound)?;
    docker_credential::get_credential_from_reader(BufReader::new(file), key)
}

/// Tells "there is no login" from "there may be one, but it cannot be read".
///
/// A helper says so in words, on stdout (`docker-credential-helpers`, `credentials/error.go`).
fn is_not_found(error: &CredentialRetrievalError) -> bool {
    match error {
        CredentialRetrievalError::NoCredentialConfigured
        | CredentialRetrievalError::ConfigNotFound => true,
        CredentialRetrievalError::HelperFailure { stdout, .. } => stdout.contains("not found"),
        _ => false,
    }
}

/// Explains an error without what a helper printed, which may hold anything.
fn explain(error: &CredentialRetrievalError) -> String {
    match error {
        CredentialRetrievalError::HelperFailure { helper, .. } => format!("`{helper}` failed"),
        CredentialRetrievalError::HelperCommunicationError => {
            "the credential helper that it names cannot be run".to_owned()
        }
        CredentialRetrievalError::MalformedHelperResponse => {
            "the credential helper did not answer as one".to_owned()
        }
        CredentialRetrievalError::ConfigReadError => "it is not valid JSON".to_owned(),
        other => other.to_string(),
    }
}

impl From<DockerCredential> for Login {
    fn from(credential: DockerCredential) -> Self {
        match credential {
            DockerCredential::IdentityToken(token) => Self::IdentityToken(Secret::new(token)),
            DockerCredential::UsernamePassword(username, password) => Self::Password {
                username,
                password: Secret::new(password),
            },
        }
    }
}
