//! How a connection comes about: straight, or through a proxy.

use std::fmt;
use std::future::{Future, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::header::USER_AGENT;
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Uri};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use rustls::ClientConfig;
use tower_service::Service;

use crate::model::Text;

use super::ahead::Ahead;
use super::connection::{Stream, Wire};
use super::failure::{BoxError, Late, ProxyRefused};
use super::proxies::Proxies;
use super::resolver::Resolver;
use super::trickle::Reads;

pub(super) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("pusher/", env!("CARGO_PKG_VERSION")));

/// After so much silence the other side is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_TRIES: u32 = 3;
/// How long bytes may be on their way without word that they arrived.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// The port of a SOCKS proxy that names none (RFC 1928, section 3).
const SOCKS_PORT: u16 = 1080;

type Tcp = HttpConnector<Resolver>;
type SocksError = <SocksV5<HttpsConnector<Tcp>> as Service<Uri>>::Error;

/// Opens connections, TLS inside of them included.
#[derive(Clone)]
pub(super) struct Connector {
    route: HttpsConnector<Route>,
    /// How long all of it may take.
    timeout: Duration,
    ahead: Ahead<MaybeHttpsStream<Stream>>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    pub(super) fn new(
        timeout: Duration,
        proxies: Option<Proxies>,
        tls: ClientConfig,
        resolver: Resolver,
    ) -> Self {
        Self {
            route: HttpsConnector::from((Route::new(timeout, proxies, &tls, resolver), tls)),
            timeout,
            ahead: Ahead::default(),
        }
    }

    /// Opens a connection for a request that is to come, unless there are so many.
    pub(super) fn open_ahead(&self, address: Uri, most: usize) {
        if !self.ahead.may_open(&address, most) {
            return;
        }
        let (opening, ahead) = (self.clone().open(address.clone()), self.ahead.clone());
        tokio::spawn(async move {
            // Whatever is in its way is in the way of the request, too, and told there.
            if let Ok(connection) = opening.await {
                ahead.keep(&address, connection);
            }
        });
    }

    fn open(
        mut self,
        address: Uri,
    ) -> impl Future<Output = Result<MaybeHttpsStream<Stream>, BoxError>> + Send + 'static {
        let connecting = tokio::time::timeout(self.timeout, self.route.call(address));
        async { connecting.await.unwrap_or_else(|_| Err(Late.into())) }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.route.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        match self.ahead.take(&address) {
            Some(connection) => Box::pin(ready(Ok(connection))),
            None => Box::pin(self.clone().open(address)),
        }
    }
}

/// Opens connections, straight to where they go or through a proxy.
#[derive(Clone)]
pub(super) struct Route {
    tcp: Tcp,
    /// How a proxy is reached, which may want TLS for itself.
    to_proxy: HttpsConnector<Tcp>,
    proxies: Option<Proxies>,
    resolver: Resolver,
}

impl Route {
    fn new(
        timeout: Duration,
        proxies: Option<Proxies>,
        tls: &ClientConfig,
        resolver: Resolver,
    ) -> Self {
        let mut to_proxy = tls.clone();
        to_proxy.alpn_protocols.clear();
        // A proxy is named by whoever runs us.
        let anywhere = resolver.for_anywhere();
        Self {
            to_proxy: HttpsConnector::from((Self::tcp(timeout, anywhere), to_proxy)),
            tcp: Self::tcp(timeout, resolver.clone()),
            proxies,
            resolver,
        }
    }

    fn tcp(timeout: Duration, resolver: Resolver) -> Tcp {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        // The addresses of a name share it, so that one that is silent leaves time for the others.
        tcp.set_connect_timeout(Some(timeout));
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_TRIES));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        tcp
    }

    async fn go(mut self, address: Uri) -> Result<Stream, BoxError> {
        let proxies = self.proxies.as_ref();
        let wire = match proxies.and_then(|proxies| proxies.intercept(&address)) {
            None => Wire::Straight(self.tcp.call(address).await?),
            Some(proxy) => self.go_through(&proxy, address).await?,
        };
        let reads = Reads::default();
        Ok(Stream { wire, reads })
    }

    async fn go_through(mut self, proxy: &Intercept, address: Uri) -> Result<Wire, BoxError> {
        let is_tls = address.scheme() == Some(&Scheme::HTTPS);
        let (stream, forwards) = match proxy.uri().scheme_str() {
            Some(scheme @ ("socks5" | "socks5h")) => {
                let address_of_proxy = with_port(proxy.uri(), SOCKS_PORT)?;
                let mut socks = SocksV5::new(address_of_proxy, self.to_proxy);
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                let mut address = with_port(&address, if is_tls { 443 } else { 80 })?;
                if scheme == "socks5" {
                    address = self.resolver.look_up(&address).await?;
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
                let why = text!(
                    "no proxy can be a `{kind}`: use `socks5h` or `http`",
                    "代理不能是 `{kind}`：用 `socks5h` 或 `http`"
                );
                return Err(ProxyRefused(why).into());
            }
        };
        let stream = Box::new(stream);
        Ok(Wire::Proxied { stream, forwards })
    }
}

/// Returns an address that names its port.
fn with_port(address: &Uri, port: u16) -> Result<Uri, BoxError> {
    let port = address.port_u16().unwrap_or(port);
    let host = address.host().unwrap_or_default();
    Ok(format!("http://{host}:{port}/").parse()?)
}

/// Says what went wrong with an HTTP proxy.
fn of_tunnel(error: impl std::error::Error + 'static) -> BoxError {
    let mut last: &dyn std::error::Error = &error;
    while let Some(source) = last.source() {
        last = source;
    }
    ProxyRefused(Text::verbatim(last.to_string())).into()
}

/// Says what went wrong with a SOCKS proxy: how it is reached, or what it answered.
fn of_socks(error: SocksError) -> BoxError {
    match error {
        SocksError::Inner(error) => error,
        SocksError::Io(error) => error.into(),
        answer => ProxyRefused(Text::verbatim(answer.to_string())).into(),
    }
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Stream, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        Box::pin(self.clone().go(address))
    }
}
