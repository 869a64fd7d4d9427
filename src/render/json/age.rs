//! The age of digests.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::rfc3339;
use crate::plan as core;

/// What is to be told of the age of the digest that an image is locked to.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Age {
    /// What its source was seen to point to, where that is newer and not taken yet; else null.
    held_back: Option<Young>,
    /// Why it was taken before it was as old as `min-age` says; null where it was not.
    r#override: Option<String>,
}

/// A digest that is not taken yet.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Young {
    /// What the source points to.
    digest: String,
    /// When the lock first saw that (RFC 3339); null where it did not.
    seen: Option<String>,
    /// From when on `pusher lock` takes it (RFC 3339); null where the lock did not see it.
    until: Option<String>,
    /// How old it has to be, in seconds.
    min_age: u64,
}

impl Age {
    pub(super) fn of(age: &core::Age) -> Option<Self> {
        let core::Age {
            held_back,
            overridden,
        } = age;
        (*age != core::Age::default()).then(|| Self {
            held_back: held_back.as_deref().map(Young::from),
            r#override: overridden.as_deref().map(ToOwned::to_owned),
        })
    }
}

impl From<&core::Young> for Young {
    fn from(young: &core::Young) -> Self {
        Self {
            digest: young.digest.to_string(),
            seen: young.seen.map(rfc3339),
            until: young.until().map(rfc3339),
            min_age: young.min_age.as_secs(),
        }
    }
}
