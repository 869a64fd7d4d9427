//! What one request is, and what comes back.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::model::{Asked, Fault, NoAnswer, Operation};
use crate::registry::access::credentials::Login;
use crate::registry::access::scope::Scopes;
use crate::registry::endpoints::upload_session::{BodyError, Content, UploadBody};
use crate::registry::limits::admission::Lane;
use crate::registry::limits::concurrency::Permit;
use crate::registry::outage::servers::Site;
use crate::registry::transport::Response;

use super::error_body;

/// A request: everything that [`Host::send`](crate::registry::host::Host::send) has to know about it.
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) access: Access,
    pub(crate) lane: Lane,
    /// Whether it may share a connection with others; blobs that are not small better do not.
    pub(crate) small: bool,
    pub(crate) read: Read,
    /// The statuses that are answers and not errors, beside 2xx.
    pub(crate) accept: &'static [u16],
    /// Whether doing it twice is not the same as doing it once.
    pub(crate) once: bool,
    /// Whether a 401 is tried again as if it were a 503.
    pub(crate) retry_unauthorized: bool,
    pub(crate) again: Again,
    /// Where an answer points to that wants this very request, when what was to be sent was spent.
    pub(crate) moved: Option<Arc<OnceLock<Url>>>,
}

impl Call {
    pub(crate) fn new(operation: Operation, method: Method, url: Url, access: Access) -> Self {
        Self {
            operation,
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::Nothing,
            access,
            lane: Lane::Control,
            small: true,
            read: Read::Collect(error_body::BODY_LIMIT),
            accept: &[],
            once: false,
            retry_unauthorized: false,
            again: Again::Usual,
            moved: None,
        }
    }
}

/// Which error statuses are worth another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// Those that may pass.
    Usual,
    /// Only that the registry has too much to do: there is another way for whatever else it says.
    IfBusy,
    /// None: it was tried often enough in another way.
    Never,
}

/// Who asks.
#[derive(Debug)]
pub(crate) enum Access {
    /// Whoever may do this, in the way that the registry wants.
    Scopes(Scopes),
    /// This login, at the place that tokens come from.
    Login(Login),
    /// Nobody in particular.
    Nobody,
}

/// What a request sends.
pub(crate) enum Body {
    Nothing,
    Bytes(Bytes),
    /// A stream of that many bytes.
    Stream(BoxStream<'static, Result<Bytes, BodyError>>, u64),
    /// A stream that was sent, and is gone.
    Spent,
}

impl Body {
    pub(crate) fn upload(body: UploadBody, length: u64) -> Self {
        match body.0 {
            Content::Bytes(bytes) => Self::Bytes(bytes),
            Content::Stream(stream) => Self::Stream(stream, length),
        }
    }

    /// Takes what is to be sent now; only a stream is gone after that.
    pub(crate) fn take(&mut self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Self::Stream(..) | Self::Spent => std::mem::replace(self, Self::Spent),
        }
    }
}

/// What is done with the body of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Read {
    /// It is read to its end; one that is longer than this is an error.
    Collect(usize),
    /// It is handed on as it comes.
    Stream,
}

/// An answer that is not an error.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The address that gave it, after redirects.
    pub(crate) url: Url,
    /// The body, if it was to be collected.
    pub(crate) body: Bytes,
    /// The body, if it was to be handed on.
    pub(crate) stream: Option<Open>,
}

/// A body that is still coming, and the place in its lane that it holds.
pub(crate) struct Open {
    pub(crate) response: Response,
    pub(crate) permit: Permit,
}

impl Answer {
    /// Returns a header as text; none if it is missing, empty or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let text = self.headers.get(name)?.to_str().ok()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Returns the `Content-Type` without its parameters.
    pub(crate) fn media_type(&self) -> Option<&str> {
        let text = self.header("content-type")?;
        Some(text.split(';').next().unwrap_or(text).trim())
    }

    /// Returns the content coding that the body has all the same: none was asked for.
    pub(crate) fn coding(&self) -> Option<&str> {
        self.header(CONTENT_ENCODING.as_str())
            .filter(|coding| !coding.eq_ignore_ascii_case("identity"))
    }

    /// Says why the body is not what was asked for, and that it may be for its content coding.
    pub(crate) fn unread(&self, why: &str) -> String {
        match self.coding() {
            None => why.to_owned(),
            Some(coding) => format!(
                "{why}: the answer has the content coding `{}`, though it was asked to have none",
                error_body::shown(coding).unwrap_or_default()
            ),
        }
    }

    /// Says that the body is not what was asked for: damaged on its way, unless its content coding is why.
    pub(crate) fn unfit(&self, why: &str) -> Fault {
        let text = self.unread(why);
        match self.coding() {
            None => Fault::Damaged(text),
            Some(_) => Fault::Protocol(text),
        }
    }

    #[cfg(test)]
    pub(crate) fn for_test(headers: HeaderMap, body: &str) -> Self {
        let url = Url::parse("http://127.0.0.1/").unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        Self {
            status: StatusCode::OK,
            headers,
            url,
            body,
            stream: None,
        }
    }
}

/// A try that did not work.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct FailedTry {
    pub(crate) fault: Fault,
    /// Where it failed, if a request was made.
    pub(crate) site: Option<Arc<Site>>,
    /// The other host at which it failed, if it is not the registry itself.
    pub(crate) elsewhere: Option<String>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    /// Whether the registry itself said so, and not another host that it pointed to.
    pub(crate) at_registry: bool,
    /// Whether the next try may go better.
    pub(crate) transient: bool,
    /// Whether the registry asked for a pause, which has been set.
    pub(crate) paused: bool,
    /// Whether the registry answered by pointing elsewhere, and it is there that it failed.
    pub(crate) redirected: bool,
}

impl FailedTry {
    /// Makes a failure that has no answer behind it. What must not be done twice is tried again
    /// only if it cannot have begun.
    pub(crate) fn without_answer(fault: Fault, once: bool) -> Self {
        let transient = match &fault {
            Fault::NoAnswer(
                NoAnswer::UnknownHost(_)
                | NoAnswer::Refused(_)
                | NoAnswer::Connect(_)
                | NoAnswer::Unread,
            ) => true,
            Fault::NoAnswer(why) => why.is_transient() && !once,
            _ => false,
        };
        Self {
            fault,
            site: None,
            elsewhere: None,
            status: None,
            headers: HeaderMap::new(),
            at_registry: false,
            transient,
            paused: false,
            redirected: false,
        }
    }

    /// Tells whether it is the network or the host that gave no answer.
    pub(crate) fn is_unanswered(&self) -> bool {
        matches!(&self.fault, Fault::NoAnswer(why)
            if !matches!(why, NoAnswer::Body(_) | NoAnswer::Setup(_)))
    }

    /// Tells whether no answer comes to any other request there, either, until somebody mends something.
    pub(crate) fn is_for_good(&self) -> bool {
        let never = |why: &NoAnswer| !why.is_transient();
        self.is_unanswered() && matches!(&self.fault, Fault::NoAnswer(why) if never(why))
    }

    /// Tells whether the other side said that it did not even read the request.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(self.fault, Fault::NoAnswer(NoAnswer::Unread))
    }

    /// Tells whether there was a connection, and it broke.
    pub(crate) fn is_break(&self) -> bool {
        matches!(
            self.fault,
            Fault::NoAnswer(NoAnswer::Broken(_) | NoAnswer::Unread)
        )
    }

    /// Tells whether no connection came about, though somebody may listen there.
    pub(crate) fn is_unconnected(&self) -> bool {
        matches!(self.fault, Fault::NoAnswer(NoAnswer::Connect(_)))
    }

    /// Tells whether nothing came for a long time, or next to nothing.
    pub(crate) fn took_long(&self) -> bool {
        matches!(
            self.fault,
            Fault::NoAnswer(NoAnswer::Silence(_) | NoAnswer::Slow { .. } | NoAnswer::Trickle(_))
        )
    }

    /// Notes that it was asked as a stranger asks, though there is a login.
    pub(crate) fn login_was_not_used(&mut self) {
        if let Fault::Answered(answer) = &mut self.fault {
            answer.asked = Asked::AnonymouslyDespiteLogin;
        }
    }

    /// Says where it failed; `elsewhere` is the host's name, if that is not the registry itself.
    #[must_use]
    pub(crate) fn at(mut self, site: Arc<Site>, elsewhere: Option<String>) -> Self {
        self.site = Some(site);
        self.elsewhere = elsewhere;
        self
    }
}
