//! Why no answer came: what the libraries say, as one of the few kinds that matter.

use std::error::Error;
use std::{fmt, io};

use hyper_util::client::legacy;

use crate::model::{NoAnswer, Text};

/// Whatever the libraries may say.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// A name has no address; the resolver's words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NoAddress(pub(super) Text);

/// A connection did not come about in the time that it may take.
#[derive(Debug)]
pub(super) struct Late;

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(tr_word!("no answer in time", "没有及时回答"))
    }
}

impl Error for Late {}

/// A name leads nearer than the host is that names it; where that is not said to be right, nothing goes there.
#[derive(Debug)]
pub(super) struct TooNear(pub(super) String);

impl fmt::Display for TooNear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.0;
        write_tr!(
            f,
            "its address is nearer than the host that names it; nothing was sent there (if that is right, name \
             `{name}` under `registries`)",
            "它的地址比指向它的主机离这里更近；没有向那里发送任何内容（如果确实如此，把 `{name}` 写到 `registries` 下面）"
        )
    }
}

impl Error for TooNear {}

/// A proxy did not let a connection through; its words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct ProxyRefused(pub(super) Text);

/// The kinds are told apart by the types in the chain of sources, never by a text.
fn read(error: &(dyn Error + 'static), is_connect: bool) -> NoAnswer {
    let mut text = Text::verbatim("");
    let mut is_refused = false;
    let mut next = Some(error);
    while let Some(link) = next {
        if let Some(found) = kind(link) {
            return found;
        }
        text = Text::of(|| link.to_string());
        is_refused |= link
            .downcast_ref()
            .is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused);
        next = inner(link).or_else(|| link.source());
    }
    match (is_connect, is_refused) {
        (true, true) => NoAnswer::Refused(text),
        (true, false) => NoAnswer::Connect(text),
        (false, _) => NoAnswer::Broken(text),
    }
}

fn kind(link: &(dyn Error + 'static)) -> Option<NoAnswer> {
    if link.downcast_ref().is_some_and(is_unread) {
        return Some(NoAnswer::Unread);
    }
    if let Some(head) = link.downcast_ref().filter(|error| is_unreadable(error)) {
        return Some(NoAnswer::Head(Text::verbatim(head.to_string())));
    }
    if let Some(NoAddress(why)) = link.downcast_ref() {
        return Some(NoAnswer::UnknownHost(why.clone()));
    }
    if let Some(why @ TooNear(_)) = link.downcast_ref() {
        return Some(NoAnswer::Setup(Text::of(|| why.to_string())));
    }
    if let Some(ProxyRefused(why)) = link.downcast_ref() {
        return Some(NoAnswer::Proxy(why.clone()));
    }
    if let Some(head) = link
        .downcast_ref()
        .filter(|error: &&hyper::Error| error.is_parse())
    {
        return Some(NoAnswer::Head(Text::verbatim(head.to_string())));
    }
    match link.downcast_ref()? {
        rustls::Error::InvalidMessage(_) => Some(NoAnswer::PlainHttp),
        why @ (rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            Some(NoAnswer::Certificate(Text::verbatim(why.to_string())))
        }
        _ => None,
    }
}

/// Returns what an error of the system is made of: its `source` leaves that out.
fn inner<'a>(link: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let error: &io::Error = link.downcast_ref()?;
    error.get_ref().map(|inner| inner as &(dyn Error + 'static))
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

/// Tells whether HTTP/2 says that an answer breaks its rules, as one with too many headers does.
fn is_unreadable(error: &h2::Error) -> bool {
    let is_too_much = error.reason() == Some(h2::Reason::ENHANCE_YOUR_CALM);
    error.is_library() && (error.is_reset() || is_too_much)
}

pub(super) fn of_client(error: &legacy::Error) -> NoAnswer {
    read(error, error.is_connect())
}

pub(super) fn of_body(error: &hyper::Error) -> NoAnswer {
    read(error, false)
}
