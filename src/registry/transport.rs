//! Connections: which are pooled together, which go through a proxy, which trust what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::tls::Certificate;
use reqwest::{Client, ClientBuilder};
use url::{Host, Url};

use super::trouble::Trouble;

/// How many connections to a host are kept while nobody uses them: each holds on to buffers as large
/// as its largest answers were.
const IDLE_CONNECTIONS: usize = 64;

const USER_AGENT: &str = concat!("pusher/", env!("CARGO_PKG_VERSION"));

/// Certificates in PEM form that are trusted beside the system's own.
pub(super) type Certificates = Option<Arc<[u8]>>;

/// The pools of connections that all hosts of a client share.
#[derive(Debug)]
pub(super) struct Transport {
    connect: Duration,
    pools: Mutex<HashMap<Pool, Client>>,
}

/// What connections must have in common to be pooled together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Pool {
    /// Loopback addresses are never reached through a proxy, whatever the environment says.
    loopback: bool,
    /// Plain http needs no trust, so it works where no certificates are installed.
    trust: Trust,
    /// Blobs want many connections, each with its own window; small requests share one.
    multiplexed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Trust {
    Nothing,
    System,
    SystemAnd(Arc<[u8]>),
}

impl Transport {
    pub(super) fn new(connect: Duration) -> Self {
        Self {
            connect,
            pools: Mutex::default(),
        }
    }

    /// Returns the client for an address, for blobs or for small requests.
    pub(super) fn client(
        &self,
        url: &Url,
        certificates: &Certificates,
        small: bool,
    ) -> Result<Client, Trouble> {
        let loopback = is_loopback(url);
        let trust = match certificates {
            _ if url.scheme() == "http" => Trust::Nothing,
            None => Trust::System,
            Some(pem) => Trust::SystemAnd(pem.clone()),
        };
        let pool = Pool {
            loopback,
            trust,
            multiplexed: small && url.scheme() == "https",
        };
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pools.get(&pool) {
            return Ok(client.clone());
        }
        let client = self.builder(&pool)?.build().map_err(Trouble::from)?;
        pools.insert(pool, client.clone());
        Ok(client)
    }

    fn builder(&self, pool: &Pool) -> Result<ClientBuilder, Trouble> {
        // Redirects are followed in `exchange`, which knows what may go along.
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.connect)
            .redirect(Policy::none())
            // A connection that many requests share must not be a dead one for long.
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .referer(false);
        if pool.loopback {
            builder = builder.no_proxy();
        }
        if !pool.multiplexed {
            builder = builder.http1_only();
        }
        Ok(match &pool.trust {
            Trust::System => builder,
            Trust::Nothing => builder.tls_certs_only([]),
            Trust::SystemAnd(pem) => builder.tls_certs_merge(read_certificates(pem)?),
        })
    }
}

fn read_certificates(pem: &[u8]) -> Result<Vec<Certificate>, Trouble> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Trouble::Setup(
            "`ca-file` holds no certificate in PEM form".to_owned(),
        )),
    }
}

/// Tells whether an address is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_this_machine() {
        for (url, expected) in [
            ("http://127.0.0.1:5000", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:5000", true),
            ("https://localhost", true),
            ("https://LOCALHOST:1", true),
            ("https://localhost.example.com", false),
            ("http://10.0.0.1", false),
            ("https://registry.example.com", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn refuses_a_file_without_certificates() {
        let transport = Transport::new(Duration::from_secs(1));
        let url = "https://registry.example.com".parse().unwrap();
        let pem: Certificates = Some(b"nothing".as_slice().into());
        let trouble = transport.client(&url, &pem, true).unwrap_err();
        assert!(trouble.to_string().contains("`ca-file`"), "{trouble}");
    }
}
