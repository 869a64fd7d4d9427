//! Which rules of the policy an image breaks.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::Change;
use crate::plan::policy;

use super::document::Origin;

/// A rule of the policy that an image breaks.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Violation {
    /// The rule's key, such as `max-size`.
    rule: &'static str,
    /// What stands behind it.
    value: String,
    /// What becomes of the image.
    level: Level,
    /// What was found, with the rule, as a sentence.
    message: String,
    /// The digests of which there is no scan report; empty for other rules.
    unscanned: Vec<String>,
    /// Where the rule stands.
    origin: Origin,
}

/// What becomes of an image that breaks a rule.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Level {
    /// It is blocked.
    Block,
    /// It is told of, and goes on.
    Warning,
}

impl From<&policy::Violation> for Violation {
    fn from(violation: &policy::Violation) -> Self {
        let policy::Rule {
            asks,
            sources: _,
            level,
            origin,
        } = &*violation.rule;
        Self {
            rule: asks.key(),
            value: asks.value(),
            level: match level {
                policy::Level::Block => Level::Block,
                policy::Level::Warning => Level::Warning,
            },
            message: violation.to_string(),
            unscanned: violation
                .unscanned()
                .iter()
                .map(ToString::to_string)
                .collect(),
            origin: origin.into(),
        }
    }
}

/// Returns the rules that an image breaks.
pub(super) fn violations(change: &Change) -> Vec<Violation> {
    change.violations().map(Into::into).collect()
}
