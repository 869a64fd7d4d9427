//! Connections: which are pooled together, which go through a proxy, which trust what.

mod ahead;
mod connection;
mod connector;
mod failure;
mod message;
mod proxies;
mod resolver;
mod trickle;
mod trust;
pub(super) mod zone;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderValue, Request, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::{Position, Url};

use crate::model::{NoAnswer, ProxyChoice, Text};
use crate::registry::access::Masks;

use connector::{AGENT, Connector};
use proxies::ProxyMap;
use resolver::{Resolver, Seen};
use trust::{Trust, Trusted};

pub(super) use message::{RequestBody, Response, bytes, nothing, stream};
pub(super) use proxies::Proxies;
pub(super) use trust::Certificates;
pub(super) use zone::{Zone, is_loopback};

/// How many connections to a host are kept while nobody uses them: each holds on to its buffers.
const IDLE_CONNECTIONS: usize = 64;

/// The most that is read from a connection at once, and so the most that its buffers hold: small
/// answers need little, and there are many connections for them; an answer's head has to fit.
const SMALL_READS: usize = 32 * 1024;
/// The same for blobs that are not small: more would save no time, and there are many buffers of this
/// size between a source and a target.
const LARGE_READS: usize = 128 * 1024;

const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");
const UNCODED: HeaderValue = HeaderValue::from_static("identity");

/// Connections that are pooled together.
#[derive(Debug, Clone)]
struct Connections {
    client: legacy::Client<Connector, RequestBody>,
    connector: Connector,
}

/// The pools of connections that all hosts of a client share.
#[derive(Debug)]
pub(super) struct Transport {
    connect: Duration,
    /// How long the head of an answer may come bit by bit.
    head: Duration,
    proxies: ProxyMap,
    trusted: Trusted,
    pools: Mutex<HashMap<Pool, Connections>>,
    masks: Arc<Masks>,
    seen: Seen,
}

/// How an address is gone to.
#[derive(Debug)]
pub(super) struct Way {
    /// Which proxy is gone through.
    pub(super) proxies: Proxies,
    /// How near the host is that named the address, where it was one: then connections go no nearer.
    pub(super) named_by: Option<Zone>,
}

/// What connections must have in common to be pooled together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Pool {
    /// What is on this machine or its own wire is never reached through a proxy, whatever the environment
    /// says.
    is_near: bool,
    /// The number of the way to proxies.
    proxies: usize,
    trust: Trust,
    /// How near the host is that named the address, where it was one: then connections go no nearer.
    named_by: Option<Zone>,
    /// Blobs that are not small want connections of their own, each with its own window; small requests
    /// share one where the host speaks HTTP/2.
    shares_connection: bool,
}

impl Transport {
    pub(super) fn new(connect: Duration, head: Duration, masks: Arc<Masks>) -> Self {
        Self {
            masks,
            seen: Seen::default(),
            connect,
            head,
            proxies: ProxyMap::new(),
            trusted: Trusted::default(),
            pools: Mutex::default(),
        }
    }

    /// Returns how to find out which proxy to go through, where somebody wants this one.
    pub(super) fn proxies(&self, choice: Option<&ProxyChoice>) -> Proxies {
        self.proxies.get(choice)
    }

    /// Sends a request to the address, and returns when the head of its answer is there.
    ///
    /// Redirects are not followed: who asks knows what may go along.
    pub(super) async fn send(
        &self,
        mut request: Request<RequestBody>,
        url: &Url,
        certificates: &Certificates,
        shares_connection: bool,
        way: &Way,
    ) -> Result<Response, NoAnswer> {
        let pool = Pool::of(url, certificates, shares_connection, way);
        let is_near = pool.is_near;
        let connections = self.connections(pool, &way.proxies)?;
        let uri = address(url)?;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, AGENT);
        headers.entry(ACCEPT).or_insert(ANYTHING);
        // Digests are those of the bytes as they are.
        headers.insert(ACCEPT_ENCODING, UNCODED);
        let proxies = way.proxies.unless(is_near);
        if let Some(proxy) = proxies.and_then(|proxies| proxies.intercept(&uri)) {
            if let Some((user, password)) = proxy.raw_auth() {
                self.masks.add_login(user, password);
            }
            // What goes through a tunnel has shown it there.
            if url.scheme() == "http"
                && let Some(login) = proxy.basic_auth()
            {
                self.masks.add_header(login);
                headers.insert(PROXY_AUTHORIZATION, login.clone());
            }
        }
        *request.uri_mut() = uri;
        let connection = capture_connection(&mut request);
        tokio::select! {
            answer = connections.client.request(request) => match answer {
                Ok(answer) => Ok(answer.into()),
                Err(error) => Err(failure::of_client(&error)),
            },
            () = trickle::trickles(connection, self.head) => Err(NoAnswer::Trickle(self.head)),
        }
    }

    /// Opens a connection for a small request that is to come, unless so many were opened for its host.
    ///
    /// Over TLS most hosts speak HTTP/2, where the one that is there is enough.
    pub(super) fn open_ahead(
        &self,
        url: &Url,
        certificates: &Certificates,
        way: &Way,
        most: usize,
    ) {
        let root = format!(
            "http://{}/",
            &url[Position::BeforeHost..Position::AfterPort]
        );
        let pool = Pool::of(url, certificates, true, way);
        if url.scheme() == "http"
            && let (Ok(connections), Ok(root)) =
                (self.connections(pool, &way.proxies), Uri::try_from(root))
        {
            connections.connector.open_ahead(root, most);
        }
    }

    /// Returns the proxy through which an address is reached, without who asks it.
    pub(super) fn proxy(url: &Url, proxies: &Proxies) -> Option<String> {
        let uri = address(url).ok()?;
        let proxy = proxies.unless(is_loopback(url))?.intercept(&uri)?;
        let uri = proxy.uri();
        let authority = uri.authority()?.as_str();
        let place = authority
            .rsplit_once('@')
            .map_or(authority, |(_, place)| place);
        Some(format!("{}://{place}", uri.scheme_str().unwrap_or("http")))
    }

    /// Says how near a host is: as its name says, or as near as it turned out to be.
    pub(super) fn zone(&self, url: &Url) -> Zone {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = url.host_str().and_then(|host| seen.get(host)).copied();
        found.unwrap_or(Zone::Public).min(Zone::of(url))
    }

    fn connections(&self, pool: Pool, proxies: &Proxies) -> Result<Connections, NoAnswer> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connections) = pools.get(&pool) {
            return Ok(connections.clone());
        }
        let connections = self.open(&pool, proxies)?;
        pools.insert(pool, connections.clone());
        Ok(connections)
    }

    fn open(&self, pool: &Pool, proxies: &Proxies) -> Result<Connections, NoAnswer> {
        let mut tls = self.trusted.config(&pool.trust)?;
        tls.alpn_protocols = if pool.shares_connection {
            vec![b"h2".to_vec(), b"http/1.1".to_vec()]
        } else {
            vec![b"http/1.1".to_vec()]
        };
        let resolver = Resolver::new(pool.named_by, self.seen.clone());
        let reads = if pool.shares_connection {
            SMALL_READS
        } else {
            LARGE_READS
        };
        let proxies = proxies.unless(pool.is_near).cloned();
        let connector = Connector::new(self.connect, proxies, tls, resolver);
        let client = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .http1_max_buf_size(reads)
            // A connection that many requests share must not be a dead one for long.
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(20))
            .build(connector.clone());
        Ok(Connections { client, connector })
    }
}

impl Pool {
    fn of(url: &Url, certificates: &Certificates, shares_connection: bool, way: &Way) -> Self {
        Self {
            is_near: Zone::of(url) <= Zone::LinkLocal,
            trust: match url.scheme() {
                "http" => Trust::Nobody,
                _ => Trust::SystemAnd(certificates.clone()),
            },
            proxies: way.proxies.number,
            named_by: way.named_by,
            shares_connection,
        }
    }
}

/// Returns the address as it goes over the wire: who asks is said in a header alone.
fn address(url: &Url) -> Result<Uri, NoAnswer> {
    let mut url = Cow::Borrowed(url);
    if !url.username().is_empty() || url.password().is_some() {
        let _ = url.to_mut().set_username("");
        let _ = url.to_mut().set_password(None);
    }
    Uri::try_from(url.as_str()).map_err(|error| NoAnswer::Setup(Text::verbatim(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_login_stands_in_an_address() {
        for (url, expected) in [
            (
                "https://me:secret@r.example.com/v2/?a=b",
                "https://r.example.com/v2/?a=b",
            ),
            ("http://me@127.0.0.1:5000/v2/", "http://127.0.0.1:5000/v2/"),
            ("http://[::1]:5000/v2/", "http://[::1]:5000/v2/"),
        ] {
            let address = address(&url.parse().unwrap()).unwrap();
            assert_eq!(address.to_string(), expected);
        }
    }
}
