//! What goes in and out of the endpoints of uploads: bodies, mounts, sessions.

use std::fmt;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use url::Url;

use crate::model::{Digest, Repository};

/// An error of whoever makes the bytes of an [`UploadBody`].
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// What an upload sends.
pub struct UploadBody(pub(in crate::registry) Content);

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

impl UploadBody {
    /// Returns the bytes as they come, for who takes them without a wire.
    pub fn into_stream(self) -> BoxStream<'static, Result<Bytes, BodyError>> {
        match self.0 {
            Content::Bytes(bytes) => stream::iter([Ok(bytes)]).boxed(),
            Content::Stream(stream) => stream,
        }
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
            Content::Bytes(bytes) => f.debug_tuple("UploadBody").field(&bytes.len()).finish(),
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

/// What came of [`start_upload`](crate::registry::WriteRegistry::start_upload) or
/// [`push_blob`](crate::registry::WriteRegistry::push_blob).
#[derive(Debug)]
pub enum Upload {
    /// The repository now holds the blob; nothing is left to send.
    Done,
    /// The bytes are to be sent.
    Session(UploadSession),
}

/// An upload that a registry has opened.
#[derive(Clone)]
pub struct UploadSession {
    /// The repository that will hold the blob.
    pub(in crate::registry) repository: Repository,
    /// Where the bytes go; each answer may move it.
    pub(in crate::registry) location: Url,
    /// The least number of bytes that the registry takes in one piece but the last, if it says
    /// (`OCI-Chunk-Min-Length`).
    pub least_chunk: Option<u64>,
    /// How many bytes the registry has, as far as it said: what is sent next begins there.
    pub(in crate::registry) offset: u64,
    pub(in crate::registry) state: SessionState,
}

impl UploadSession {
    /// Makes the session of an upload that goes over no wire, by what its taker knows it by.
    pub fn off_the_wire(repository: Repository, location: Url) -> Self {
        Self {
            repository,
            location,
            least_chunk: None,
            offset: 0,
            state: SessionState::Fresh,
        }
    }

    /// Returns what its taker knows it by.
    pub fn location(&self) -> &Url {
        &self.location
    }

    /// Returns the repository that will hold the blob.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }
}

/// What may have come to the location of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// Nothing was sent.
    Fresh,
    /// What was sent was pointed elsewhere, so often in a row, and none of it taken.
    Moved { times: u8 },
    /// Some bytes, perhaps.
    Used,
}

impl fmt::Debug for UploadSession {
    /// The location's query is a secret of the registry: whoever has it can write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadSession")
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}
