//! The servers that requests go to: registries, and what they point to, such as storage and token services.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::{Origin, Url};

use super::availability::Availability;

/// A server, as far as it is the same for all registries that point to it.
#[derive(Debug)]
pub(crate) struct Server {
    /// What it is called: as references name it, if it is a registry.
    pub(crate) name: String,
    /// An address of it that costs it little.
    pub(crate) root: Url,
    pub(crate) availability: Availability,
}

/// All servers of a client.
#[derive(Debug, Default)]
pub(crate) struct ServerMap(Mutex<HashMap<Origin, Arc<Server>>>);

impl ServerMap {
    /// Returns the server of a registry, whose address is `base`.
    pub(crate) fn of_registry(&self, name: &str, base: &Url) -> Arc<Server> {
        self.find(base, name, "/v2/")
    }

    /// Returns the server of an address that a registry points to.
    pub(crate) fn of(&self, url: &Url) -> Arc<Server> {
        self.find(url, url.authority(), "/")
    }

    fn find(&self, url: &Url, name: &str, path: &str) -> Arc<Server> {
        let make = || {
            let mut root = url.clone();
            // No login, no signature: it is only to be seen whether anyone answers.
            let _ = root.set_username("");
            let _ = root.set_password(None);
            root.set_path(path);
            root.set_query(None);
            root.set_fragment(None);
            Arc::new(Server {
                name: name.to_owned(),
                root,
                availability: Availability::default(),
            })
        };
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        servers.entry(url.origin()).or_insert_with(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_one_site_and_its_address_holds_no_secret() {
        let servers = ServerMap::default();
        let url = |text: &str| Url::parse(text).unwrap();
        let there = servers.of(&url(
            "https://user:secret@s.example.com:444/a/b?signature=1#x",
        ));
        assert_eq!(there.root.as_str(), "https://s.example.com:444/");
        let again = servers.of(&url("https://s.example.com:444/other"));
        assert!(Arc::ptr_eq(&there, &again));
        for other in ["https://s.example.com/", "http://s.example.com:444/"] {
            assert!(!Arc::ptr_eq(&there, &servers.of(&url(other))), "{other}");
        }
        let registry = servers.of_registry("docker.io", &url("https://registry-1.docker.io/"));
        assert_eq!(registry.root.path(), "/v2/");
        assert_eq!(registry.name, "docker.io");
    }
}
