//! A profile: every fact with a value.

use std::fmt;
use std::sync::Arc;

use super::facts::{IndexType, ProfileFacts, ProfileLogin};
use crate::model::media_type;

/// What a target registry accepts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// What it is called.
    pub name: ProfileName,
    /// Whether manifests whose config is not an image's are refused
    /// (403 `unknown manifest class for …`).
    pub image_configs_only: bool,
    /// The one type of index that is taken; none where both are.
    pub only_index: Option<IndexType>,
    /// Whether the attestations that stand in an index are taken.
    pub attestations: bool,
    /// How many levels the namespace may have; none for any number.
    pub namespace_levels: Option<usize>,
    /// How many levels a repository name may have below the namespace; none for any number.
    pub name_levels: Option<usize>,
    /// The least and the greatest number of characters of a repository name; none for the
    /// specification's own limit.
    pub name_length: Option<(usize, usize)>,
    /// Whether a blob can be mounted from another repository; none where only a try can tell.
    pub mount: Option<bool>,
    /// Whether a tag can be deleted; none where only a try can tell.
    pub delete: Option<bool>,
    /// Whether the referrers API is there; none where only a try can tell.
    pub referrers_api: Option<bool>,
    /// How many repositories there may be; none where no limit is known.
    pub repository_limit: Option<u32>,
    /// How many requests may be under way when a run begins.
    pub starting_concurrency: usize,
    /// Whose logins it takes.
    pub login: ProfileLogin,
}

impl Profile {
    /// What the profile of any registry is called that keeps to the OCI distribution specification.
    pub const GENERIC: &'static str = "generic";

    /// Returns the profile of which nothing is known but its name: a registry that keeps to the specification.
    pub fn unknown(name: ProfileName) -> Self {
        Self {
            name,
            image_configs_only: false,
            only_index: None,
            attestations: true,
            namespace_levels: None,
            name_levels: None,
            name_length: None,
            mount: None,
            delete: None,
            referrers_api: None,
            repository_limit: None,
            starting_concurrency: 16,
            login: ProfileLogin::None,
        }
    }

    /// Returns the profile with what is known better.
    #[must_use]
    pub fn with(self, facts: &ProfileFacts) -> Self {
        let ProfileFacts {
            image_configs_only,
            index_types,
            attestations,
            namespace_levels,
            name_levels,
            name_length,
            mount,
            delete,
            referrers_api,
            repository_limit,
            starting_concurrency,
            login,
        } = facts;
        let only = |types: &Vec<IndexType>| {
            let first = *types.first()?;
            types.iter().all(|one| *one == first).then_some(first)
        };
        Self {
            name: self.name,
            image_configs_only: image_configs_only.unwrap_or(self.image_configs_only),
            only_index: index_types.as_ref().map_or(self.only_index, only),
            attestations: attestations.unwrap_or(self.attestations),
            namespace_levels: namespace_levels.or(self.namespace_levels),
            name_levels: name_levels.or(self.name_levels),
            name_length: name_length.or(self.name_length),
            mount: mount.or(self.mount),
            delete: delete.or(self.delete),
            referrers_api: referrers_api.or(self.referrers_api),
            repository_limit: repository_limit.or(self.repository_limit),
            starting_concurrency: starting_concurrency.unwrap_or(self.starting_concurrency),
            login: login.unwrap_or(self.login),
        }
    }

    /// Returns the media type of a config if the registry refuses manifests of this type that have it.
    pub fn refuses_config<'c>(&self, manifest: &str, config: &'c str) -> Option<&'c str> {
        let refused = self.image_configs_only && !media_type::is_image(manifest, config);
        refused.then_some(config)
    }

    /// Tells whether an index of whatever type is taken, whatever it lists.
    pub fn takes_indexes_whole(&self) -> bool {
        !self.image_configs_only && self.attestations && self.only_index.is_none()
    }

    /// Returns the media type that an index must have there; none where it is taken as it is.
    pub fn index_instead(&self, index: &str) -> Option<&'static str> {
        let taken = self.only_index?.media_type();
        (taken != index).then_some(taken)
    }
}

/// What a profile is called: the name of its file, without the ending.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProfileName(Arc<str>);

impl ProfileName {
    /// Makes the name of what was written.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Returns it as mirror files write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
