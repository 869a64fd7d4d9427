//! Why no answer came, in words: a name that is not known, a connection refused, a certificate that
//! is not trusted.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use hyper_util::client::legacy;

/// Why no answer came, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The host has no address.
    UnknownHost(String),
    /// The other side speaks plain http where TLS was expected.
    PlainHttp,
    /// The certificate is not trusted.
    Certificate(String),
    /// A proxy did not let the connection through.
    Proxy(String),
    /// No connection.
    Connect(String),
    /// No answer, or no more bytes, for that long.
    Silence(Duration),
    /// The connection broke.
    Broken(String),
    /// The other side said that it did not read the request, as it does before it closes a connection
    /// that many requests share (RFC 9113, section 8.7).
    Unread,
    /// The one who makes the body failed, not the registry.
    Body(String),
    /// The client cannot be set up, or cannot make such a request.
    Setup(String),
}

impl Trouble {
    /// Tells whether the next try may go better.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Silence(_) | Self::Broken(_) | Self::Unread => true,
            // A resolver that is asked again soon says the same, unless it said "try again".
            Self::UnknownHost(why) => why.contains("emporary") || why.contains("ry again"),
            Self::PlainHttp
            | Self::Certificate(_)
            | Self::Proxy(_)
            | Self::Body(_)
            | Self::Setup(_) => false,
        }
    }

    /// Tells what to do about trouble with `place`, to which the settings of `host` apply.
    pub(super) fn hint(&self, place: &str, host: &str) -> Option<String> {
        match self {
            Self::PlainHttp => Some(format!(
                "if `{place}` has no TLS, and the network to it can be trusted, set \
                 `registries.{host}.plain-http: true`"
            )),
            Self::Certificate(_) => Some(format!(
                "if `{place}` has a certificate of your own authority, name that one's file in \
                 `registries.{host}.ca-file`"
            )),
            Self::Proxy(_) => {
                Some("see `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in the environment".to_owned())
            }
            _ => None,
        }
    }

    /// The libraries have few kinds and many texts; what tells them apart is at the end of their chain.
    fn read(error: &(dyn Error + 'static), is_connect: bool) -> Self {
        let mut chain = vec![];
        let mut next = Some(error);
        while let Some(link) = next {
            if link.downcast_ref().is_some_and(is_unread) {
                return Self::Unread;
            }
            chain.push(link.to_string());
            next = link.source();
        }
        let text = chain.last().cloned().unwrap_or_default();
        let says = |words: &str| chain.iter().any(|link| link.contains(words));
        if says("dns error") || says("failed to lookup address") {
            Self::UnknownHost(text)
        } else if says("InvalidContentType") || says("corrupt message") {
            Self::PlainHttp
        } else if says("invalid peer certificate") || says("certificate") {
            Self::Certificate(text)
        } else if says("tunnel") || says("proxy") {
            Self::Proxy(text)
        } else if is_connect {
            Self::Connect(text)
        } else {
            Self::Broken(text)
        }
    }
}

/// Tells whether HTTP/2 says that the request may be sent again, whatever it is.
fn is_unread(error: &h2::Error) -> bool {
    error.is_remote()
        && match error.reason() {
            Some(h2::Reason::NO_ERROR) => error.is_go_away(),
            Some(h2::Reason::REFUSED_STREAM) => error.is_reset(),
            _ => false,
        }
}

impl From<legacy::Error> for Trouble {
    fn from(error: legacy::Error) -> Self {
        Self::read(&error, error.is_connect())
    }
}

impl From<hyper::Error> for Trouble {
    fn from(error: hyper::Error) -> Self {
        Self::read(&error, false)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost(why) => write!(f, "no such host ({why})"),
            Self::PlainHttp => f.write_str("it does not speak TLS"),
            Self::Certificate(why) => write!(f, "its certificate is not trusted ({why})"),
            Self::Proxy(why) => write!(f, "the proxy did not let it through ({why})"),
            Self::Connect(why) => write!(f, "no connection ({why})"),
            Self::Silence(time) => write!(f, "no byte for {} s", time.as_secs()),
            Self::Broken(why) => write!(f, "the connection broke ({why})"),
            Self::Unread => f.write_str("it closed the connection before it read the request"),
            Self::Body(why) | Self::Setup(why) => f.write_str(why),
        }
    }
}
