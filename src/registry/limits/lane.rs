//! The sorts of requests that are kept apart.

/// The limits that are kept apart, so that a large layer does not starve small requests, and that
/// a copy inside one registry, which downloads and uploads, never waits for itself.
///
/// Where the host refuses more than so many at once, those of the first lanes go first: they are soon over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Requests with small bodies or none.
    Control,
    /// Blobs that come in.
    Download,
    /// Blobs that go out.
    Upload,
    /// Tokens, at the server that gives them.
    Token,
}
