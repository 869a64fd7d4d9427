//! How to talk to a registry: what the files say about it.

use std::time::Duration;

use indexmap::IndexMap;

use crate::model::Secret;
use crate::plan::PRUNE_LIMIT;

/// The settings of every registry that the files mention, by host; hosts are written as in
/// references (`docker.io`, never `index.docker.io`).
pub type Registries = IndexMap<String, RegistrySettings>;

/// What the files say about deleting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneSettings {
    /// Whether tags that are no longer declared are to be deleted.
    pub wanted: bool,
    /// How many tags one run may delete.
    pub limit: usize,
}

impl Default for PruneSettings {
    fn default() -> Self {
        Self {
            wanted: false,
            limit: PRUNE_LIMIT,
        }
    }
}

/// What the files say about one registry; what they leave open is for the client to decide.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RegistrySettings {
    /// How many requests may be under way at once; at least 1.
    pub concurrency: Option<usize>,
    /// How many requests may begin in a second; greater than 0.
    pub requests_per_second: Option<f64>,
    /// How long it is waited for when it is away.
    pub patience: Option<Duration>,
    /// Whether to speak plain http.
    pub plain_http: Option<bool>,
    /// A file of certificates to trust; the path is relative to where `pusher` runs.
    pub ca_file: Option<String>,
    /// The user to log in as.
    pub username: Option<Secret>,
    /// The password or token.
    pub password: Option<Secret>,
}
