//! Answers that went well.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// An answer in the making.
pub(super) struct Answer(Response);

impl Answer {
    pub(super) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    pub(super) fn done(self) -> Response {
        self.0
    }
}

/// Starts an answer whose body has `length` bytes; said aloud, because HEAD sends the length alone.
pub(super) fn whole(status: StatusCode, body: Body, length: &impl ToString) -> Answer {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    Answer(response).with(header::CONTENT_LENGTH, length.to_string())
}

/// Starts an answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    if status == StatusCode::NO_CONTENT {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        return Answer(response);
    }
    whole(status, Body::empty(), &0)
}

/// Answers with a JSON document.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    json_as(status, value, "application/json; charset=utf-8").done()
}

/// Starts an answer with a JSON document of the given media type.
pub(super) fn json_as(status: StatusCode, value: &Value, media_type: &str) -> Answer {
    let text = format!("{value}\n");
    let length = text.len();
    whole(status, Body::from(text), &length).with(header::CONTENT_TYPE, media_type)
}

/// The header that names a digest.
pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// The header that names an upload session.
pub(super) const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");
/// The header that says that a manifest's subject was understood.
pub(super) const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// The header that says which filters were applied to referrers.
pub(super) const FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");
