//! What one request is.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderMap, Method};
use url::Url;

use crate::model::Operation;
use crate::registry::access::{Actions, FoundLogin, Scopes};
use crate::registry::endpoints::{BodyError, Content, UploadBody};
use crate::registry::limits::Lane;

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
    pub(crate) shares_connection: bool,
    pub(crate) read: Read,
    /// The statuses that are answers and not errors, beside 2xx.
    pub(crate) accept: &'static [u16],
    /// Whether doing it twice is the same as doing it once.
    pub(crate) idempotent: bool,
    /// Whether a 401 is tried again as if it were a 503.
    pub(crate) retry_unauthorized: bool,
    pub(crate) retry_on: RetryOn,
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
            shares_connection: true,
            read: Read::Collect(error_body::BODY_LIMIT),
            accept: &[],
            idempotent: true,
            retry_unauthorized: false,
            retry_on: RetryOn::Transient,
            moved: None,
        }
    }
}

/// Which error statuses are worth another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryOn {
    /// Those that may pass.
    Transient,
    /// Only that the registry has too much to do: there is another way for whatever else it says.
    Overload,
    /// None: it was tried often enough in another way.
    Nothing,
}

/// Who asks.
#[derive(Debug)]
pub(crate) enum Access {
    /// Whoever may do this, in the way that the registry wants.
    Scopes(Scopes),
    /// This login, at a token server.
    Login(FoundLogin),
    /// Nobody in particular.
    Nobody,
}

impl Access {
    /// Whoever may do `actions` in a repository.
    pub(crate) fn to(repository: &str, actions: Actions) -> Self {
        Self::Scopes(Scopes::one(repository, actions))
    }
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
