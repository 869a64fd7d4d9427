//! Why no answer came.

use std::time::Duration;

use crate::model::Text;

/// Why no answer came, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The host has no address.
    UnknownHost(Text),
    /// The other side speaks plain http where TLS was expected.
    PlainHttp,
    /// The certificate is not trusted.
    Certificate(Text),
    /// A proxy did not let the connection through.
    Proxy(Text),
    /// Nobody listens there.
    Refused(Text),
    /// No connection, for another reason.
    Connect(Text),
    /// No answer, or no more bytes, for that long.
    Silence(Duration),
    /// Fewer bytes came than are worth waiting for.
    Slow {
        /// How many had to come at least.
        least: u64,
        /// In how much time.
        time: Duration,
    },
    /// The head of the answer came bit by bit for that long, and had no end.
    Trickle(Duration),
    /// The head of the answer is too large, or is not one of HTTP.
    Head(Text),
    /// The connection broke.
    Broken(Text),
    /// The other side said that it did not read the request, as it does before it closes a connection
    /// that many requests share (RFC 9113, section 8.7).
    Unread,
    /// The one who makes the body failed, not the registry.
    Body(Text),
    /// The client cannot be set up, or cannot make such a request.
    Setup(Text),
}

impl NoAnswer {
    pub(super) fn map_words(self, change: impl Fn(String) -> String) -> Self {
        let change = |words: &str| change(words.to_owned());
        match self {
            Self::UnknownHost(words) => Self::UnknownHost(words.map(change)),
            Self::Certificate(words) => Self::Certificate(words.map(change)),
            Self::Proxy(words) => Self::Proxy(words.map(change)),
            Self::Refused(words) => Self::Refused(words.map(change)),
            Self::Connect(words) => Self::Connect(words.map(change)),
            Self::Head(words) => Self::Head(words.map(change)),
            Self::Broken(words) => Self::Broken(words.map(change)),
            Self::Body(words) => Self::Body(words.map(change)),
            Self::Setup(words) => Self::Setup(words.map(change)),
            Self::PlainHttp
            | Self::Silence(_)
            | Self::Slow { .. }
            | Self::Trickle(_)
            | Self::Unread => self,
        }
    }

    /// Tells whether the next try may go better.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::Connect(_)
            | Self::Silence(_)
            | Self::Slow { .. }
            | Self::Trickle(_)
            | Self::Head(_)
            | Self::Broken(_)
            | Self::Unread
            | Self::UnknownHost(_) => true,
            Self::PlainHttp
            | Self::Certificate(_)
            | Self::Proxy(_)
            | Self::Body(_)
            | Self::Setup(_) => false,
        }
    }
}
