//! What a registry is asked: the endpoints of the distribution specification.

pub(super) mod blobs;
mod catalog;
mod manifest_answer;
mod manifest_cache;
pub(super) mod manifests;
pub(super) mod pagination;
pub(super) mod referrers;
pub(super) mod tags;
pub(super) mod upload_location;
mod upload_session;
pub(super) mod uploads;
pub(super) mod whole_blobs;

use crate::model::{Operation, Repository, RequestKind, Text};

pub use blobs::BlobStream;
pub(super) use manifest_cache::ManifestCache;
pub use manifests::{Deletion, Pushed};
pub use upload_session::{BodyError, Mount, Upload, UploadBody, UploadSession};
pub(super) use upload_session::{Content, SessionState};

/// Names a request that is about a repository as a whole.
fn repository_operation(kind: RequestKind, repository: &Repository) -> Operation {
    Operation::new(kind, Text::verbatim(format!("`{}`", repository.name)))
}
