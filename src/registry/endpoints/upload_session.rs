//! What goes in and out of blob endpoints: streams, upload sessions, mounts.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use url::Url;

use crate::model::{Digest, Failure, Repository};

/// The bytes of a blob as they arrive.
///
/// It holds one of its host's places for downloads until it ends or is dropped.
pub struct BlobStream {
    offset: u64,
    inner: BoxStream<'static, Result<Bytes, Failure>>,
}

impl BlobStream {
    /// Wraps a stream that begins at byte `offset` of its blob.
    pub fn new(
        offset: u64,
        inner: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
    ) -> Self {
        Self {
            offset,
            inner: inner.boxed(),
        }
    }

    /// Returns the position in the blob of the stream's first byte: what was asked for, or 0 where
    /// the registry ignored the wish.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl Stream for BlobStream {
    type Item = Result<Bytes, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.poll_next_unpin(context)
    }
}

impl fmt::Debug for BlobStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobStream")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// An error of whoever makes the bytes of an [`UploadBody`].
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// What an upload sends.
pub struct UploadBody(pub(crate) Content);

pub(crate) enum Content {
    Bytes(Bytes),
    Stream(BoxStream<'static, Result<Bytes, BodyError>>),
}

impl UploadBody {
    /// Makes a body out of a stream; an error in the stream ends the request.
    pub fn stream<E: Into<BodyError>>(
        stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Self {
        Self(Content::Stream(
            stream.map(|chunk| chunk.map_err(Into::into)).boxed(),
        ))
    }
}

impl From<Bytes> for UploadBody {
    fn from(bytes: Bytes) -> Self {
        Self(Content::Bytes(bytes))
    }
}

impl fmt::Debug for UploadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Bytes(bytes) => write!(f, "UploadBody({} bytes)", bytes.len()),
            Content::Stream(_) => f.write_str("UploadBody(stream)"),
        }
    }
}

/// A blob that another repository of the same registry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The blob.
    pub digest: Digest,
    /// The repository that holds it.
    pub from: Repository,
}

/// What came of [`start_upload`](crate::registry::WriteRegistry::start_upload).
#[derive(Debug)]
pub enum Upload {
    /// The repository now holds the blob; nothing is left to send.
    Mounted,
    /// The bytes are to be sent.
    Session(UploadSession),
}

/// An upload that a registry has opened.
#[derive(Clone)]
pub struct UploadSession {
    /// The repository that will hold the blob.
    pub(crate) repository: Repository,
    /// Where the bytes go; each answer may move it.
    pub(crate) location: Url,
    /// The least number of bytes that the registry takes in one piece but the last, if it says.
    pub(crate) least_chunk: Option<u64>,
    pub(crate) state: SessionState,
}

/// What may have come to the place of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// Nothing was sent.
    Fresh,
    /// What was sent was pointed to another place, and none of it taken.
    Moved,
    /// Some bytes, perhaps.
    Used,
}

impl UploadSession {
    /// Returns the repository that will hold the blob.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Returns the least number of bytes that the registry takes in one piece, the last excepted
    /// (`OCI-Chunk-Min-Length`).
    pub fn least_chunk(&self) -> Option<u64> {
        self.least_chunk
    }
}

impl fmt::Debug for UploadSession {
    /// The location's query is a secret of the registry: whoever has it can write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadSession")
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}

/// What came of [`put_manifest`](crate::registry::WriteRegistry::put_manifest).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pushed {
    /// Whether the registry says that it lists the manifest with its subject's referrers
    /// (`OCI-Subject`); else whoever pushes has to.
    pub lists_referrer: bool,
}

/// What came of [`delete_manifest`](crate::registry::WriteRegistry::delete_manifest).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It was there, and is gone.
    Deleted,
    /// It was not there.
    Absent,
    /// The registry does not delete this way (405, or the code `UNSUPPORTED`).
    Unsupported,
}
