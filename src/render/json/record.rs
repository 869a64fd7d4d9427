//! `apply --records`: what was promoted, a line an image.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::rfc3339;
use crate::plan::{Promotion, Run};

use super::document::{FORMAT_VERSION, Platforms, schema};

/// An image that an `apply` put into the target.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher apply --records, a line")]
pub(super) struct Record {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// When the run ended (RFC 3339).
    time: String,
    /// The commit of the files, as `GITHUB_SHA` or `CI_COMMIT_SHA` has it; null without.
    commit: Option<String>,
    /// Where the image comes from, fully written out.
    source: String,
    /// What the source pointed to.
    source_digest: String,
    /// Which platforms of it were wanted.
    platforms: Platforms,
    /// What to pull: the registry, the namespace and the name.
    image: String,
    /// What that points to.
    digest: String,
    /// By which rule the one digest was made from the other, as the lock has it.
    rule: String,
    /// By whom it is signed, as the lock has it; null where no rule asks for that.
    verified: Option<String>,
    /// When the lock first saw the source's digest (RFC 3339); null where that was not noted.
    seen: Option<String>,
    /// Why it was taken before it was as old as `min-age` says; null where it was not.
    r#override: Option<String>,
}

impl From<&Promotion> for Record {
    fn from(promotion: &Promotion) -> Self {
        let Promotion {
            source,
            source_digest,
            platforms,
            image,
            manifest,
            rule,
            verified,
            seen,
            overridden,
            run: Run { ended, commit },
        } = promotion;
        Self {
            format_version: FORMAT_VERSION,
            time: rfc3339(*ended),
            commit: commit.clone(),
            source: source.to_string(),
            source_digest: source_digest.to_string(),
            platforms: platforms.into(),
            image: image.to_string(),
            digest: manifest.digest.to_string(),
            rule: rule.clone(),
            verified: verified.clone(),
            seen: seen.map(rfc3339),
            r#override: overridden.clone(),
        }
    }
}

/// Writes what was promoted, a line each.
pub fn records(promotions: &[Promotion], out: &mut dyn fmt::Write) -> fmt::Result {
    for promotion in promotions {
        let record = Record::from(promotion);
        let line = serde_json::to_string(&record).map_err(|_| fmt::Error)?;
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Returns the JSON Schema of a line that [`records`] writes.
pub fn record_schema() -> serde_json::Value {
    schema::<Record>()
}
