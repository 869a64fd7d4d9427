//! Who asks: the logins that were declared, and those of the docker and podman configs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::{Login, Logins, docker_config};

/// Where logins are found.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Logins that were handed over, by host.
    pub declared: HashMap<String, Login>,
    /// The files to look into after that, in order: those that `docker login` and `podman login` write.
    pub files: Vec<PathBuf>,
}

impl Credentials {
    /// Finds the logins for a host; none means that it is asked anonymously.
    ///
    /// A helper is another program, so this waits for it off the async threads, and no longer than
    /// `patience`. One that is broken must not keep public images from being read: it is told at
    /// warning level, and the host is asked anonymously.
    pub(in crate::registry) async fn find(&self, host: &str, patience: Duration) -> Logins {
        if let Some(login) = self.declared.get(host) {
            return login.clone().into();
        }
        if self.files.is_empty() {
            return Logins::default();
        }
        let (files, name) = (self.files.clone(), host.to_owned());
        let search = tokio::task::spawn_blocking(move || docker_config::search(&files, &name));
        let found = match tokio::time::timeout(patience, search).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err("the search for a login broke off".to_owned()),
            Err(_) => Err(format!("no answer for {} s", patience.as_secs())),
        };
        found.unwrap_or_else(|why| {
            tracing::warn!("no login for `{host}` from the docker config: {why}; going on without");
            Logins::default()
        })
    }
}
