//! What a registry is asked: the endpoints of the distribution specification.
//!
//! | file | job |
//! | --- | --- |
//! | `manifests`, `blobs`, `tags`, `referrers` | one endpoint each |
//! | `uploads`, `upload_session` | the endpoints of uploads; what goes in and out of them |
//! | `pagination` | lists that come page by page |
//! | `manifest_cache` | manifests that need not be read twice |

pub(super) mod blobs;
pub(super) mod manifest_cache;
pub(super) mod manifests;
pub(super) mod pagination;
pub(super) mod referrers;
pub(super) mod tags;
pub(super) mod upload_session;
pub(super) mod uploads;
