//! One cause that several images have in common.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{self as core, Hit, Told, by_cause};

use super::super::hints;
use super::plan::Cause;

/// What is in the way of several images at once. Each of them tells it of itself, too.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SharedCause {
    /// The registry at which it happened.
    registry: String,
    /// Why it could not be read or written.
    cause: Cause,
    /// What happened, as a sentence.
    message: String,
    /// What to do about it, where there is advice to give.
    hint: Option<String>,
    /// All images that it hit, by their names in the target.
    images: Vec<String>,
}

/// Returns what several of some images have in common.
pub(super) fn shared<'a>(
    images: impl Iterator<Item = (&'a core::TargetName, Vec<Hit<'a>>)>,
    target: &core::Target,
) -> Vec<SharedCause> {
    let told = by_cause(images, target);
    let shared = told.into_iter().filter_map(|told| match told {
        Told::Shared(shared) => Some(shared),
        Told::Alone(_) | Told::Rest(..) => None,
    });
    shared
        .map(|core::Shared { hit, items }| SharedCause {
            registry: hit.failure.host.clone(),
            cause: hit.failure.cause().into(),
            message: hit.to_string(),
            hint: hints::for_hit(&hit, target),
            images: items.into_iter().map(ToString::to_string).collect(),
        })
        .collect()
}
