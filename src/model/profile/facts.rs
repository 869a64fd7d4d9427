//! What can be said of a registry. The comments are written for whoever writes a profile: the JSON Schemas are made
//! from them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::hosts::HostPattern;
use crate::model::media_type;

/// What is known of a kind of registry. What is left out is not known, or is as the specification has it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct ProfileFacts {
    /// Whether manifests whose config is not an image's are refused.
    pub image_configs_only: Option<bool>,
    /// The types of index that are taken, where others are refused: an index of another type is written anew as one of
    /// these.
    #[schemars(length(min = 1))]
    pub index_types: Option<Vec<IndexType>>,
    /// Whether the attestations that stand in an index are taken.
    pub attestations: Option<bool>,
    /// How many levels the namespace may have.
    #[schemars(range(min = 1))]
    pub namespace_levels: Option<usize>,
    /// How many levels a repository name may have below the namespace.
    #[schemars(range(min = 1))]
    pub name_levels: Option<usize>,
    /// The least and the greatest number of characters of a repository name.
    pub name_length: Option<(usize, usize)>,
    /// Whether a blob can be mounted from another repository.
    pub mount: Option<bool>,
    /// Whether a tag can be deleted.
    pub delete: Option<bool>,
    /// Whether the referrers API is there.
    pub referrers_api: Option<bool>,
    /// How many repositories there may be.
    #[schemars(range(min = 1))]
    pub repository_limit: Option<u32>,
    /// How many requests may be under way when a run begins.
    #[schemars(range(min = 1))]
    pub starting_concurrency: Option<usize>,
    /// Whose logins it takes: those of `acr` have rules of their own, which are told where it refuses one.
    pub login: Option<ProfileLogin>,
}

/// A profile as a file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
#[schemars(title = "pusher profile", deny_unknown_fields)]
pub struct ProfileFile {
    /// The hosts that have this profile where a mirror file names none; `*` stands for any characters of one part
    /// between dots: `registry.*.example.com`.
    pub hosts: Vec<HostPattern>,
    /// What is known of it.
    #[serde(flatten)]
    pub facts: ProfileFacts,
}

/// A type of index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum IndexType {
    /// Docker's manifest list.
    Docker,
    /// The index of OCI.
    Oci,
}

impl IndexType {
    /// Returns its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docker => media_type::DOCKER_LIST,
            Self::Oci => media_type::OCI_INDEX,
        }
    }
}

/// Whose logins a registry takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum ProfileLogin {
    /// A user name and a password, as everywhere.
    #[default]
    None,
    /// Those of Alibaba Cloud's registry.
    Acr,
}
