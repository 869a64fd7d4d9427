//! What a registry is asked: the endpoints of the distribution specification.
//!
//! | file | job |
//! | --- | --- |
//! | `manifests`, `blobs`, `tags`, `referrers` | one endpoint each |
//! | `uploads`, `upload_session` | the endpoints of uploads; what goes in and out of them |
//! | `upload_location` | where an upload goes on, and how far it is |
//! | `pagination` | lists that come page by page |
//! | `manifest_cache` | manifests that need not be read twice |

pub(super) mod blobs;
mod manifest_cache;
pub(super) mod manifests;
pub(super) mod pagination;
pub(super) mod referrers;
pub(super) mod tags;
pub(super) mod upload_location;
mod upload_session;
pub(super) mod uploads;

pub use blobs::BlobStream;
pub(super) use manifest_cache::ManifestCache;
pub use manifests::{Deletion, Pushed};
pub(super) use upload_session::Content;
pub use upload_session::{BodyError, Mount, Upload, UploadBody, UploadSession};

use crate::model::{Kind, Operation, Repository};

/// Names a request that is about a repository as a whole.
fn repository_operation(kind: Kind, repository: &Repository) -> Operation {
    Operation::new(kind, format_args!("`{}`", repository.name))
}
