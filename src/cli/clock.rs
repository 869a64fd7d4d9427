//! The clock, read here alone for whatever has an age.

use std::time::SystemTime;

use chrono::{DateTime, SubsecRound as _, Utc};

/// Returns what time it is, in whole seconds, as it is written down.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::<Utc>::from(SystemTime::now()).trunc_subsecs(0)
}
