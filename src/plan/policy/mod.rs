//! The files' policy: what may be mirrored, and how an image breaks its rules. It asks nobody.
//!
//! What the files say of an image is judged before anything is asked; what a copy would bring, once it is known; what is
//! in place, by no more than is known of it anyhow.
//!
//! | file | about |
//! | --- | --- |
//! | `pattern` | patterns of sources |
//! | `rule`, `rules` | one rule; all, and what else they are judged by |
//! | `severity`, `scan` | scanners' words, and their reports |
//! | `judge`, `violation` | which rules an image breaks, and how |

mod judge;
mod pattern;
mod rule;
mod rules;
mod scan;
mod severity;
#[cfg(test)]
mod tests;
mod violation;

pub use judge::{Brought, Judge};
pub use pattern::{Fit, PatternMistake, SourcePattern, Sources};
pub use rule::{Level, Requirement, Rule};
pub use rules::Rules;
pub use scan::ScanReport;
pub use severity::Severity;
pub use violation::{Found, Violation};
