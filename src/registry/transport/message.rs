//! What is sent, and what comes back.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};

use crate::model::NoAnswer;
use crate::registry::endpoints::BodyError;

use super::failure::of_body;

/// The body of a request.
pub(crate) type RequestBody = UnsyncBoxBody<Bytes, BodyError>;

/// Makes the body of a request that has none.
pub(crate) fn nothing() -> RequestBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Makes a body of bytes that are in memory.
pub(crate) fn bytes(bytes: Bytes) -> RequestBody {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Makes a body of bytes that are still to come.
pub(crate) fn stream(
    bytes: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
) -> RequestBody {
    StreamBody::new(bytes.map(|chunk| chunk.map(Frame::data))).boxed_unsync()
}

/// An answer, whose body is still coming.
pub(crate) struct Response(http::Response<Incoming>);

impl From<http::Response<Incoming>> for Response {
    fn from(answer: http::Response<Incoming>) -> Self {
        Self(answer)
    }
}

impl Response {
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    pub(crate) fn take_headers(&mut self) -> HeaderMap {
        std::mem::take(self.0.headers_mut())
    }

    /// Returns the next bytes of the body; none at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, NoAnswer> {
        while let Some(frame) = self.0.body_mut().frame().await {
            // What is not data are trailers, and nothing here is told in them.
            let frame = frame.map_err(|error| of_body(&error))?;
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}
