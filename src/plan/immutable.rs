//! Tags that never move.

use std::sync::Arc;

use crate::model::Glob;

/// Patterns of tags that are declared never to move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Immutable(Arc<[Glob]>);

impl Immutable {
    /// Makes them of what was written. `v?` before a class means what it does in front of versions elsewhere: with a `v`
    /// or without, not a `v` and any other character.
    pub fn of(written: &[String]) -> Self {
        let globs = |pattern: &String| match pattern.strip_prefix("v?") {
            Some(version) if version.starts_with('[') => {
                vec![Glob::new(version), Glob::new(&format!("v{version}"))]
            }
            _ => vec![Glob::new(pattern)],
        };
        Self(written.iter().flat_map(globs).collect())
    }

    /// Tells whether a tag is among them.
    pub(super) fn has(&self, tag: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_v_may_stand_before_a_version_or_not() {
        let immutable = Immutable::of(&["v?[0-9]*.[0-9]*.[0-9]*".to_owned(), "r?-*".to_owned()]);
        for (tag, is_one) in [
            ("1.27.0", true),
            ("v1.27.0", true),
            ("v1.27.0-alpine", true),
            ("1.27", false),
            ("latest", false),
            ("version1.2.3", false),
            ("r1-a", true),
            ("-a", false),
        ] {
            assert_eq!(immutable.has(tag), is_one, "{tag}");
        }
        assert!(!Immutable::default().has("1"));
    }
}
