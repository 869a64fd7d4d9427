//! The servers that give tokens: each has limits of its own, whichever registries point to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::{Origin, Url};

use super::admission::Admission;
use super::lane::Lane;

/// The limits of all token servers of a client.
#[derive(Debug, Default)]
pub(crate) struct TokenServers(Mutex<HashMap<Origin, Arc<Admission>>>);

impl TokenServers {
    /// Returns the limits of the server of an address, for a registry with this cap and this rate: of several
    /// that share it, the lowest hold.
    pub(crate) fn of(
        &self,
        url: &Url,
        cap: Option<usize>,
        requests_per_second: Option<f64>,
    ) -> Arc<Admission> {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let admission = servers
            .entry(url.origin())
            .or_insert_with(|| Arc::new(Admission::new(1, None, None)));
        admission.narrow(Lane::Token, cap, requests_per_second);
        admission.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_share_the_limits_of_a_server_that_they_share() {
        let servers = TokenServers::default();
        let of = |text: &str| servers.of(&Url::parse(text).unwrap(), None, None);
        let one = of("https://auth.example.com/token?scope=a");
        assert!(Arc::ptr_eq(&one, &of("https://auth.example.com/other")));
        assert!(!Arc::ptr_eq(&one, &of("https://auth.example.org/token")));
    }
}
