//! Error answers: status, code, message and detail as CNCF distribution gives them.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer;

/// The error codes of the distribution specification that the sandbox uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    Denied,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    RangeInvalid,
    Unauthorized,
    Unknown,
    Unsupported,
}

impl Code {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::BlobUnknown => (S::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry"),
            Self::BlobUploadInvalid => (S::NOT_FOUND, "BLOB_UPLOAD_INVALID", "blob upload invalid"),
            Self::BlobUploadUnknown => (
                S::NOT_FOUND,
                "BLOB_UPLOAD_UNKNOWN",
                "blob upload unknown to registry",
            ),
            Self::Denied => (
                S::FORBIDDEN,
                "DENIED",
                "requested access to the resource is denied",
            ),
            Self::DigestInvalid => (
                S::BAD_REQUEST,
                "DIGEST_INVALID",
                "provided digest did not match uploaded content",
            ),
            Self::ManifestBlobUnknown => (
                S::BAD_REQUEST,
                "MANIFEST_BLOB_UNKNOWN",
                "blob unknown to registry",
            ),
            Self::ManifestInvalid => (S::BAD_REQUEST, "MANIFEST_INVALID", "manifest invalid"),
            Self::ManifestUnknown => (S::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown"),
            Self::NameInvalid => (S::BAD_REQUEST, "NAME_INVALID", "invalid repository name"),
            Self::NameUnknown => (
                S::NOT_FOUND,
                "NAME_UNKNOWN",
                "repository name not known to registry",
            ),
            Self::RangeInvalid => (
                S::RANGE_NOT_SATISFIABLE,
                "RANGE_INVALID",
                "invalid content range",
            ),
            Self::Unauthorized => (S::UNAUTHORIZED, "UNAUTHORIZED", "authentication required"),
            Self::Unknown => (S::INTERNAL_SERVER_ERROR, "UNKNOWN", "unknown error"),
            Self::Unsupported => (
                S::METHOD_NOT_ALLOWED,
                "UNSUPPORTED",
                "The operation is unsupported.",
            ),
        }
    }
}

/// A request that was refused, with one or more errors.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    errors: Vec<Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(code: Code) -> Self {
        Self::build(code, None, None)
    }

    pub(super) fn detailed(code: Code, detail: Value) -> Self {
        Self::build(code, None, Some(detail))
    }

    pub(super) fn worded(code: Code, message: &str) -> Self {
        Self::build(code, Some(message), None)
    }

    /// Returns one error for each of `details`.
    pub(super) fn several(code: Code, details: impl IntoIterator<Item = Value>) -> Self {
        let mut refusal = Self {
            errors: Vec::new(),
            ..Self::new(code)
        };
        for detail in details {
            refusal
                .errors
                .append(&mut Self::detailed(code, detail).errors);
        }
        refusal
    }

    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers
            .extend(HeaderValue::from_str(value).map(|value| (name, value)));
        self
    }

    fn build(code: Code, message: Option<&str>, detail: Option<Value>) -> Self {
        let (status, code, default) = code.parts();
        let mut error = json!({ "code": code, "message": message.unwrap_or(default) });
        if let Some(detail) = detail {
            error["detail"] = detail;
        }
        Self {
            status,
            errors: vec![error],
            headers: Vec::new(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = answer::json(self.status, &json!({ "errors": self.errors }));
        response.headers_mut().extend(self.headers);
        response
    }
}

/// Answers as a web server does that knows nothing of registries.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response {
    answer::whole(status, Body::from(text), &text.len())
        .with(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .done()
}
