//! What comes back, where it is not an error.

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::model::{Fault, Text};
use crate::registry::limits::Permit;
use crate::registry::transport::Response;

use super::error_body;

/// An answer that is not an error.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The address that gave it, after redirects.
    pub(crate) url: Url,
    /// The body, if it was to be collected.
    pub(crate) body: Bytes,
    /// The body, if it was to be handed on.
    pub(crate) stream: Option<OpenBody>,
}

/// A body that is still coming, and the slot in its lane that it holds.
pub(crate) struct OpenBody {
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
    pub(crate) fn unread(&self, why: Text) -> Text {
        match self.coding() {
            None => why,
            Some(coding) => text!(
                "{why}: the answer has the content coding `{}`, though it was asked to have none",
                "{why}：要求不编码，回答却用了内容编码 `{}`",
                error_body::shown(coding).unwrap_or_default()
            ),
        }
    }

    /// Says that the body is not what was asked for: damaged on its way, unless its content coding is why.
    pub(crate) fn unfit(&self, why: Text) -> Fault {
        let text = self.unread(why);
        match self.coding() {
            None => Fault::Damaged(text),
            Some(_) => Fault::Protocol(text),
        }
    }

    #[cfg(any(test, fuzzing))]
    pub(crate) fn for_test(url: Url, headers: HeaderMap, body: &[u8]) -> Self {
        let body = Bytes::copy_from_slice(body);
        Self {
            status: StatusCode::OK,
            headers,
            url,
            body,
            stream: None,
        }
    }
}
