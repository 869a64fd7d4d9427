//! The files that `docker login` and `podman login` write, and the helpers that they name.

use std::cmp::Reverse;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential};
use serde_json::{Map, Value, json};

use crate::model::{DOCKER_HUB, Secret};

use super::login::{Login, Logins};

/// The key under which `docker login` keeps the login for Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// How many bytes a file of logins may have: they are looked through for each host.
const LARGEST: u64 = 1024 * 1024;

/// Looks for the logins of a host; an error is that there may be one which cannot be read.
pub(super) fn search(files: &[PathBuf], host: &str) -> Result<Logins, String> {
    let mut broken = None;
    let mut configs = vec![];
    for file in files {
        match read(file) {
            Ok(config) => configs.extend(config),
            Err(why) => drop(broken.get_or_insert(why)),
        }
    }
    let mut note = |error: CredentialRetrievalError| {
        if !is_not_found(&error) {
            broken.get_or_insert_with(|| explain(&error));
        }
    };
    let mut logins = Logins::default();
    for config in &configs {
        for namespace in config.namespaces(host) {
            if logins.below.iter().all(|(known, _)| *known != namespace) {
                match config.namespace_login(host, &namespace) {
                    Ok(login) => logins.below.push((namespace, login)),
                    Err(error) => note(error),
                }
            }
        }
    }
    logins.below.sort_by_key(|(name, _)| Reverse(name.len()));
    for key in keys(host) {
        for config in &configs {
            match config.host_login(key) {
                Ok(login) => {
                    logins.host = Some(login);
                    return Ok(logins);
                }
                Err(error) => note(error),
            }
        }
    }
    match broken {
        Some(why) if logins.below.is_empty() => Err(why),
        _ => Ok(logins),
    }
}

/// Returns the keys under which a host's login may stand.
fn keys(host: &str) -> Vec<&str> {
    match host {
        DOCKER_HUB => vec![DOCKER_HUB_KEY, DOCKER_HUB],
        _ => vec![host],
    }
}

/// A file of logins. Which of its entries is for whom is found here; the library reads an entry.
struct Config(Value);

/// Reads a file of logins; none where there is no such file. An error says why there may be logins in it that
/// are not known.
fn read(path: &Path) -> Result<Option<Config>, String> {
    let Ok(file) = File::open(path) else {
        return Ok(None);
    };
    let mut text = Vec::new();
    let whole = file.take(LARGEST + 1).read_to_end(&mut text);
    if text.len() as u64 > LARGEST {
        let size = LARGEST / 1024 / 1024;
        return Err(format!(
            "it has more than {size} MiB; keep only the logins that are in use"
        ));
    }
    let config = whole.ok().and_then(|_| serde_json::from_slice(&text).ok());
    config
        .map(|config| Some(Config(config)))
        .ok_or_else(|| explain(&CredentialRetrievalError::ConfigReadError))
}

impl Config {
    /// Returns the namespaces and repositories of a host that have a login of their own
    /// (`podman login HOST/NAMESPACE`).
    fn namespaces(&self, host: &str) -> Vec<String> {
        let names = self.entries().into_iter().flat_map(Map::keys);
        names
            .filter_map(|key| namespace(key).filter(|(of, _)| *of == host))
            .map(|(_, namespace)| namespace.to_owned())
            .collect()
    }

    fn namespace_login(
        &self,
        host: &str,
        namespace: &str,
    ) -> Result<Login, CredentialRetrievalError> {
        let key = format!("{host}/{namespace}");
        let entry = self.entries().and_then(|entries| entries.get(&key));
        // Helpers know hosts alone.
        look_up(&json!({ "auths": { &key: entry } }), &key)
    }

    fn host_login(&self, key: &str) -> Result<Login, CredentialRetrievalError> {
        let mut config = self.0.clone();
        if let Some(entries) = config.get_mut("auths").and_then(Value::as_object_mut) {
            // To the library a namespace's login would be the host's.
            entries.retain(|key, _| namespace(key).is_none());
        }
        look_up(&config, key)
    }

    fn entries(&self) -> Option<&Map<String, Value>> {
        self.0.get("auths")?.as_object()
    }
}

fn look_up(config: &Value, key: &str) -> Result<Login, CredentialRetrievalError> {
    let text = config.to_string();
    docker_credential::get_credential_from_reader(text.as_bytes(), key).map(Into::into)
}

/// Splits the key of a login for a namespace; docker's own keys may be addresses, whose path says
/// nothing (`https://index.docker.io/v1/`).
fn namespace(key: &str) -> Option<(&str, &str)> {
    let (host, rest) = key.split_once('/')?;
    let rest = rest.trim_end_matches('/');
    let is_address = host.ends_with(':') || matches!(rest, "" | "v1" | "v2");
    (!is_address).then_some((host, rest))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn login(name: &str) -> Login {
        Login::Password {
            username: name.to_owned(),
            password: Secret::new("p".to_owned()),
        }
    }

    fn auth(name: &str) -> Value {
        json!({ "username": name, "password": "p" })
    }

    #[test]
    fn the_longest_namespace_decides_and_the_host_has_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, config: Value| {
            let path = folder.path().join(name);
            std::fs::write(&path, config.to_string()).unwrap();
            path
        };
        let first = write(
            "first.json",
            json!({ "auths": {
                "r.example.com:5000/team/app": auth("app"),
                "r.example.com:5000/team": auth("team"),
                "other.example.com/team": auth("other"),
            }}),
        );
        let second = write(
            "second.json",
            json!({ "auths": {
                "r.example.com:5000/team": auth("too late"),
                "https://r.example.com:5000/v2/": auth("host"),
            }}),
        );
        let logins = search(&[first.clone(), second], "r.example.com:5000").unwrap();
        let of = |repository: &str| logins.of(repository).map(|(_, login)| login.clone());
        for (repository, name) in [
            ("team/app", "app"),
            ("team/app/deep", "app"),
            ("team/apple", "team"),
            ("team", "team"),
            ("teams/app", "host"),
            ("nginx", "host"),
        ] {
            assert_eq!(of(repository), Some(login(name)), "{repository}");
        }
        let logins = search(&[first], "r.example.com:5000").unwrap();
        assert!(
            logins.of("nginx").is_none(),
            "a namespace's login is for nobody else"
        );
        let numbers = ["team/app", "team/b"].map(|name| logins.of(name).unwrap().0);
        assert_ne!(numbers[0], numbers[1]);
    }

    #[test]
    fn a_file_that_is_too_large_is_told_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let config = |blanks: u64| {
            let auths = json!({ "auths": { "r.example.com": auth("me") } }).to_string();
            let fill = usize::try_from(blanks).unwrap() - auths.len();
            std::fs::write(&path, auths + &" ".repeat(fill)).unwrap();
            search(std::slice::from_ref(&path), "r.example.com")
        };
        assert!(config(LARGEST).unwrap().host.is_some());
        assert_eq!(
            config(LARGEST + 1).err().unwrap(),
            "it has more than 1 MiB; keep only the logins that are in use"
        );
    }

    #[test]
    fn docker_hub_has_namespaces_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("auth.json");
        let config =
            json!({ "auths": { "docker.io/team": auth("team"), DOCKER_HUB_KEY: auth("host") } });
        std::fs::write(&path, config.to_string()).unwrap();
        let logins = search(&[path], DOCKER_HUB).unwrap();
        assert_eq!(logins.of("team/app"), Some((1, &login("team"))));
        assert_eq!(logins.of("library/nginx"), Some((0, &login("host"))));
    }
}
