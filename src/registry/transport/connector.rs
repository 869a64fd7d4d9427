//! How a connection comes about: straight, or through a proxy.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::header::USER_AGENT;
use http::uri::Scheme;
use http::{HeaderMap, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use super::AGENT;
use super::failure::{NoAddress, ProxyRefused, TooNear};
use super::trickle::Reads;
use super::zone::{Reach, reach_of};

/// After so much silence the other side is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_TRIES: u32 = 3;
/// How long bytes may be on their way without word that they arrived.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// The port of a SOCKS proxy that names none (RFC 1928, section 3).
const SOCKS_PORT: u16 = 1080;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Tcp = HttpConnector<Resolver>;
type SocksError = <SocksV5<HttpsConnector<Tcp>> as Service<Uri>>::Error;

/// How near the hosts are whose names were looked up.
pub(super) type Seen = Arc<Mutex<HashMap<String, Reach>>>;

/// Opens connections, TLS inside of them included.
#[derive(Clone)]
pub(super) struct Connector {
    way: HttpsConnector<Way>,
    /// How long all of it may take.
    patience: Duration,
}

impl Connector {
    pub(super) fn new(
        patience: Duration,
        proxies: Option<Arc<Matcher>>,
        tls: ClientConfig,
        resolver: Resolver,
    ) -> Self {
        Self {
            way: HttpsConnector::from((Way::new(patience, proxies, &tls, resolver), tls)),
            patience,
        }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Self::Response, Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.way.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.patience, self.way.call(address));
        Box::pin(async {
            connecting
                .await
                .unwrap_or_else(|_| Err("no answer in time".into()))
        })
    }
}

/// Opens connections, straight to where they go or through a proxy.
#[derive(Clone)]
pub(super) struct Way {
    tcp: Tcp,
    /// The way to a proxy, which may want TLS for itself.
    to_proxy: HttpsConnector<Tcp>,
    proxies: Option<Arc<Matcher>>,
    resolver: Resolver,
}

impl Way {
    fn new(
        patience: Duration,
        proxies: Option<Arc<Matcher>>,
        tls: &ClientConfig,
        resolver: Resolver,
    ) -> Self {
        let mut to_proxy = tls.clone();
        to_proxy.alpn_protocols.clear();
        // A proxy is named by whoever runs us.
        let anywhere = Resolver::new(None, resolver.seen.clone());
        Self {
            to_proxy: HttpsConnector::from((Self::tcp(patience, anywhere), to_proxy)),
            tcp: Self::tcp(patience, resolver.clone()),
            proxies,
            resolver,
        }
    }

    fn tcp(patience: Duration, resolver: Resolver) -> Tcp {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        // The addresses of a name share it, so that one that is silent leaves time for the others.
        tcp.set_connect_timeout(Some(patience));
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_TRIES));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        tcp
    }

    async fn go(mut self, address: Uri) -> Result<Stream, Error> {
        let proxies = self.proxies.as_ref();
        let wire = match proxies.and_then(|proxies| proxies.intercept(&address)) {
            None => Wire::Straight(self.tcp.call(address).await?),
            Some(proxy) => self.go_through(&proxy, address).await?,
        };
        Ok(wire.into())
    }

    async fn go_through(mut self, proxy: &Intercept, address: Uri) -> Result<Wire, Error> {
        let is_tls = address.scheme() == Some(&Scheme::HTTPS);
        let (stream, forwards) = match proxy.uri().scheme_str() {
            Some(scheme @ ("socks5" | "socks5h")) => {
                let place = with_port(proxy.uri(), SOCKS_PORT)?;
                let mut socks = SocksV5::new(place, self.to_proxy);
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                let mut address = with_port(&address, if is_tls { 443 } else { 80 })?;
                if scheme == "socks5" {
                    address = looked_up(&address, &self.resolver).await?;
                }
                (socks.call(address).await.map_err(of_socks)?, false)
            }
            Some("http" | "https") if is_tls => {
                let headers = HeaderMap::from_iter([(USER_AGENT, AGENT)]);
                let mut tunnel =
                    Tunnel::new(proxy.uri().clone(), self.to_proxy).with_headers(headers);
                if let Some(login) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(login.clone());
                }
                (tunnel.call(address).await.map_err(of_tunnel)?, false)
            }
            Some("http" | "https") => (self.to_proxy.call(proxy.uri().clone()).await?, true),
            kind => {
                let kind = kind.unwrap_or_default();
                let why = format!("no proxy can be a `{kind}`: use `socks5h` or `http`");
                return Err(ProxyRefused(why).into());
            }
        };
        let stream = Box::new(stream);
        Ok(Wire::Proxied { stream, forwards })
    }
}

/// Returns an address that names its port.
fn with_port(address: &Uri, port: u16) -> Result<Uri, Error> {
    let port = address.port_u16().unwrap_or(port);
    let host = address.host().unwrap_or_default();
    Ok(format!("http://{host}:{port}/").parse()?)
}

/// Looks the name up here; the library would, and let all other tasks wait for it.
async fn looked_up(address: &Uri, resolver: &Resolver) -> Result<Uri, Error> {
    let name = address
        .authority()
        .map_or("", |authority| authority.as_str());
    let found = tokio::net::lookup_host(name)
        .await
        .map_err(|why| NoAddress(why.to_string()))?;
    let host = address.host().unwrap_or_default();
    let found = resolver.admit(host, found)?.into_iter().next();
    let found = found.ok_or_else(|| NoAddress("no address".to_owned()))?;
    Ok(format!("http://{found}/").parse()?)
}

/// Says what went wrong with an HTTP proxy.
fn of_tunnel(error: impl std::error::Error + 'static) -> Error {
    let mut last: &dyn std::error::Error = &error;
    while let Some(source) = last.source() {
        last = source;
    }
    ProxyRefused(last.to_string()).into()
}

/// Says what went wrong with a SOCKS proxy: the way to it, or what it answered.
fn of_socks(error: SocksError) -> Error {
    match error {
        SocksError::Inner(error) => error,
        SocksError::Io(error) => error.into(),
        answer => ProxyRefused(answer.to_string()).into(),
    }
}

/// The system's resolver, whose failures can be told from those of connections.
///
/// A name that another host names may lead anywhere, and somewhere else each time it is looked up: so it is
/// the addresses that are connected to which may not be nearer than that host.
#[derive(Clone)]
pub(super) struct Resolver {
    system: GaiResolver,
    /// How near the host is that names those that are looked up; none where whoever runs us did.
    named_by: Option<Reach>,
    seen: Seen,
}

impl Resolver {
    pub(super) fn new(named_by: Option<Reach>, seen: Seen) -> Self {
        Self {
            system: GaiResolver::new(),
            named_by,
            seen,
        }
    }

    /// Leaves those of a name's addresses that may be connected to.
    fn admit(
        &self,
        name: &str,
        addresses: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Error> {
        let mut addresses: Vec<_> = addresses.collect();
        let reach = |address: &SocketAddr| reach_of(address.ip());
        if let Some(by) = self.named_by {
            addresses.retain(|to| [Reach::Public, by].contains(&reach(to)));
        } else if let Some(nearest) = addresses.iter().map(reach).min() {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(name.to_owned(), nearest);
        }
        if addresses.is_empty() {
            return Err(TooNear(name.to_owned()).into());
        }
        Ok(addresses)
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Self::Response, Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.system
            .poll_ready(context)
            .map_err(|why| NoAddress(why.to_string()).into())
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (admitting, asked) = (self.clone(), name.to_string());
        let looking = self.system.call(name);
        Box::pin(async move {
            let found = looking.await.map_err(|why| NoAddress(why.to_string()))?;
            let admitted = admitting.admit(&asked, found)?;
            Ok(admitted.into_iter())
        })
    }
}

impl Service<Uri> for Way {
    type Response = Stream;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Stream, Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        Box::pin(self.clone().go(address))
    }
}

/// A connection to a host, and how often something came over it.
pub(super) struct Stream {
    wire: Wire,
    reads: Reads,
}

impl From<Wire> for Stream {
    fn from(wire: Wire) -> Self {
        Self {
            wire,
            reads: Reads::default(),
        }
    }
}

/// A connection to a host, or to what a proxy made of it.
enum Wire {
    Straight(TokioIo<TcpStream>),
    Proxied {
        /// In a box, since few connections are this large.
        stream: Box<MaybeHttpsStream<TokioIo<TcpStream>>>,
        /// Whether the proxy reads the requests, and has to be told where each one goes.
        forwards: bool,
    },
}

trait Duplex: Read + Write + Unpin {}

impl<T: Read + Write + Unpin> Duplex for T {}

impl Stream {
    fn io(&self) -> &dyn Duplex {
        match &self.wire {
            Wire::Straight(stream) => stream,
            Wire::Proxied { stream, .. } => &**stream,
        }
    }

    fn io_mut(&mut self) -> Pin<&mut dyn Duplex> {
        match &mut self.wire {
            Wire::Straight(stream) => Pin::new(stream),
            Wire::Proxied { stream, .. } => Pin::new(&mut **stream),
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = match &self.wire {
            Wire::Straight(stream) => stream.connected(),
            Wire::Proxied { stream, forwards } => stream.connected().proxy(*forwards),
        };
        connected.extra(self.reads.clone())
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.io_mut().poll_read(context, buffer);
        if read.is_ready() {
            self.reads.note();
        }
        read
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io_mut().poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io().is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.io_mut().poll_write_vectored(context, slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_leads_no_nearer_than_the_host_that_names_it() {
        let seen = Seen::default();
        let name = || "localhost".parse().unwrap();
        let look = |named_by| Resolver::new(named_by, seen.clone()).call(name());
        for farther in [Reach::Public, Reach::Private, Reach::Link] {
            let error = look(Some(farther)).await.unwrap_err();
            assert!(error.downcast_ref::<TooNear>().is_some(), "{error}");
        }
        assert!(seen.lock().unwrap().is_empty());
        assert!(look(Some(Reach::Machine)).await.unwrap().next().is_some());
        // Whoever runs us may name what they like, and then it is known how near that is.
        assert!(look(None).await.unwrap().next().is_some());
        assert_eq!(seen.lock().unwrap().get("localhost"), Some(&Reach::Machine));
    }
}
