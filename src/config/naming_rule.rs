//! The rule by which images get their names that have none of their own: `target.naming`.

use crate::model::{Profile, Reference};
use crate::plan::TargetName;

use super::name_template::{NameTemplate, tag_of};

/// The rule by which images get their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum NamingRule {
    /// One level, with as much in it as tells images of the same name apart.
    #[default]
    Flat,
    /// The levels that the source has.
    Path,
    /// By a template.
    Template(NameTemplate),
}

/// The words that stand for rules, beside templates.
pub(super) const WORDS: [&str; 2] = ["flat", "path"];

/// Returns the name that keeps the source's levels, as far as the registry has so many: those before are joined.
pub(super) fn by_path(source: &Reference, platform: Option<&str>, profile: &Profile) -> TargetName {
    let mut repository = source.repository().name.clone();
    let slashes: Vec<usize> = repository.match_indices('/').map(|(at, _)| at).collect();
    let levels = profile.name_levels.unwrap_or(usize::MAX);
    let too_many = (slashes.len() + 1).saturating_sub(levels);
    for &at in slashes.iter().take(too_many) {
        repository.replace_range(at..=at, "_");
    }
    let platform = platform.map(|platform| platform.replace('/', "_") + "_");
    TargetName {
        repository: platform.unwrap_or_default() + &repository,
        tag: tag_of(source).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_kept_as_far_as_the_registry_has_them() {
        let source = "ghcr.io/a/b/c:1".parse().unwrap();
        let name = |levels| {
            let mut profile = Profile::generic();
            profile.name_levels = levels;
            by_path(&source, None, &profile).to_string()
        };
        assert_eq!(name(None), "a/b/c:1");
        assert_eq!(name(Some(4)), "a/b/c:1");
        assert_eq!(name(Some(2)), "a_b/c:1");
        assert_eq!(name(Some(1)), "a_b_c:1");
        let nginx = "nginx".parse().unwrap();
        let named = by_path(&nginx, Some("linux/arm64"), &Profile::generic());
        assert_eq!(named.to_string(), "linux_arm64_library/nginx:latest");
    }
}
