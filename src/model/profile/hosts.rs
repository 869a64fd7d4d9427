//! Patterns of host names.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Glob;

/// A pattern of host names: `*` stands for one character or more of one part between dots.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct HostPattern(String);

impl HostPattern {
    /// Makes a pattern of what was written.
    pub fn new(written: &str) -> Self {
        Self(written.to_ascii_lowercase())
    }

    /// Tells whether a host is as the pattern says, whatever its port.
    pub fn matches(&self, host: &str) -> bool {
        let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
        let (mut patterns, mut labels) = (self.0.split('.'), host.split('.'));
        loop {
            match (patterns.next(), labels.next()) {
                (None, None) => return true,
                (Some(pattern), Some(label)) if fits(pattern, label) => {}
                _ => return false,
            }
        }
    }
}

/// Tells whether a part of a host is as its part of the pattern says.
fn fits(pattern: &str, label: &str) -> bool {
    // A star stands for something.
    Glob::new(&pattern.replace('*', "?*")).matches(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_something_between_dots() {
        for (pattern, host, is_it) in [
            ("registry.*.example.com", "registry.east.example.com", true),
            (
                "registry.*.example.com",
                "Registry.East.example.com:443",
                true,
            ),
            ("registry.*.example.com", "registry..example.com", false),
            ("registry.*.example.com", "registry.a.b.example.com", false),
            (
                "registry.*.example.com",
                "registry.east.example.com.cn",
                false,
            ),
            ("*-registry.example.com", "a-registry.example.com", true),
            ("*-registry.example.com", "-registry.example.com", false),
            ("example.com", "example.com:5000", true),
        ] {
            assert_eq!(
                HostPattern::new(pattern).matches(host),
                is_it,
                "{pattern} {host}"
            );
        }
    }
}
