//! What the files say about registries and about deleting. The JSON Schema of the mirror file is made
//! from the comments of [`RegistrySettings`].

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;

use crate::model::{LoginWay, MirrorPlace, ProxyChoice, Secret};
use crate::plan::PRUNE_LIMIT;

use super::durations;
use super::keywords::Word;

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

/// How to talk to a registry.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
#[schemars(rename = "Registry", rename_all = "kebab-case", deny_unknown_fields)]
pub struct RegistrySettings {
    /// How many requests may be under way at once.
    #[schemars(range(min = 1))]
    pub concurrency: Option<usize>,
    /// How many requests may begin in a second.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub requests_per_second: Option<f64>,
    /// How long the registry is waited for when it is away, such as `30s` or `1h30m`; 0 is not at all.
    /// Default: `5m`.
    #[schemars(with = "Option<durations::Written>")]
    pub patience: Option<Duration>,
    /// Whether to speak plain http. Default: for `localhost`, `127.0.0.1` and `[::1]` alone.
    pub plain_http: Option<bool>,
    /// A file of certificates (PEM) to trust, relative to this file. `${NAME}` is expanded.
    pub ca_file: Option<String>,
    /// The proxy to go through: `http://HOST:PORT`, with `https`, `socks5` or `socks5h` for other kinds, or `none`.
    /// `${NAME}` is expanded. Default: what the environment names.
    #[schemars(with = "Option<String>")]
    pub proxy: Option<ProxyChoice>,
    /// Other places that have what the registry holds, such as `m.daocloud.io/docker.io`: whatever is asked for
    /// by digest is asked of them first, in order; tags are asked of the registry alone.
    #[schemars(with = "Option<Vec<String>>")]
    pub mirrors: Vec<MirrorPlace>,
    /// How to log in: with what there is (`auto`), with a temporary password of Alibaba Cloud's Container
    /// Registry (`acr`), with a user and a password alone (`basic`), or not at all (`none`).
    /// Default: `auto`.
    #[schemars(with = "Option<Word<LoginWay>>")]
    pub login: LoginWay,
    /// The user to log in as. `${NAME}` is expanded.
    #[schemars(with = "Option<String>")]
    pub username: Option<Secret>,
    /// The password or token. `${NAME}` is expanded.
    #[schemars(with = "Option<String>")]
    pub password: Option<Secret>,
}
