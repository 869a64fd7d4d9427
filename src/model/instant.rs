//! Points in time.

use chrono::{DateTime, SecondsFormat, Utc};

/// Writes a point in time as programs read it (RFC 3339): in UTC, in whole seconds.
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
