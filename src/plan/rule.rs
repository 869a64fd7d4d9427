//! The rule by which the digest that a target must have is found: what decides it beside the source and the
//! platforms.

use std::fmt;

use crate::model::{IndexType, Profile};

use super::entry::{Attestations, Entry, MissingPlatforms, Policy};
use super::expected::{Ask, SELECTION_VERSION};
use super::rewrite::{RETYPING_VERSION, RULE_VERSION};

/// The entry's choices, what the target takes and this program's versions of it, as far as they decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolutionRule {
    /// How children are selected, and how an index is written.
    pub(super) versions: (u32, u32),
    platforms_declared: bool,
    missing_platforms: MissingPlatforms,
    attestations: Attestations,
    image_configs_only: bool,
    only_index: Option<IndexType>,
    takes_attestations: bool,
}

impl ResolutionRule {
    /// Returns the rule that answers `ask`.
    pub fn of(ask: &Ask<'_>) -> Self {
        // Every field is named, so that a new one does not compile until someone has decided.
        let Ask {
            platforms: _,
            platforms_declared,
            policy,
            profile,
        } = *ask;
        let Policy {
            missing_platforms,
            attestations,
            referrers: _,
            foreign_layers: _,
        } = policy;
        let Profile {
            name: _,
            image_configs_only,
            only_index,
            attestations: takes_attestations,
            namespace_levels: _,
            name_levels: _,
            name_length: _,
            mount: _,
            delete: _,
            referrers_api: _,
            repository_limit: _,
            starting_concurrency: _,
            login: _,
        } = *profile;
        Self {
            versions: (SELECTION_VERSION, rewrite_version(profile)),
            platforms_declared,
            missing_platforms,
            attestations,
            image_configs_only,
            only_index,
            takes_attestations,
        }
    }

    /// Returns the rule for an entry at a target of this profile.
    pub fn of_entry(entry: &Entry, profile: &Profile) -> Self {
        Self::of(&Ask::of(entry, profile))
    }
}

/// Returns the newest version of the rule by which an index may be written for a target of this profile.
pub fn rewrite_version(profile: &Profile) -> u32 {
    match profile.only_index {
        None => RULE_VERSION,
        Some(_) => RETYPING_VERSION,
    }
}

/// As a lock records it: what is as usual is left out, so that it is short to read.
impl fmt::Display for ResolutionRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (!self.platforms_declared).then_some("platforms by default"),
            (self.missing_platforms == MissingPlatforms::Skip)
                .then_some("missing platforms skipped"),
            match self.attestations {
                Attestations::Auto => None,
                Attestations::Keep => Some("attestations kept"),
                Attestations::Drop => Some("attestations dropped"),
            },
            self.image_configs_only.then_some("images only"),
            self.only_index.map(|only| match only {
                IndexType::Docker => "indexes as Docker lists",
                IndexType::Oci => "indexes as OCI indexes",
            }),
            (!self.takes_attestations).then_some("no attestations"),
        ];
        let (selection, rewrite) = self.versions;
        write!(f, "{selection}.{rewrite}")?;
        for part in parts.into_iter().flatten() {
            write!(f, ", {part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Platforms;

    #[test]
    fn rules_are_short_and_tell_every_choice_apart() {
        let profile = Profile::named("acr-personal").unwrap();
        let mut ask = Ask {
            platforms: &Platforms::All,
            platforms_declared: true,
            policy: Policy::default(),
            profile: &profile,
        };
        assert_eq!(ResolutionRule::of(&ask).to_string(), "1.1, images only");
        ask.platforms_declared = false;
        ask.policy.attestations = Attestations::Keep;
        ask.policy.missing_platforms = MissingPlatforms::Skip;
        assert_eq!(
            ResolutionRule::of(&ask).to_string(),
            "1.1, platforms by default, missing platforms skipped, attestations kept, images only"
        );
        let swr = Profile::named("swr").unwrap();
        let ask = Ask {
            platforms: &Platforms::All,
            platforms_declared: true,
            policy: Policy::default(),
            profile: &swr,
        };
        assert_eq!(
            ResolutionRule::of(&ask).to_string(),
            "1.2, indexes as Docker lists, no attestations"
        );
    }
}
