//! What the target holds under names that no entry has.

use futures_util::StreamExt;

use crate::plan::{ObservedTags, Target, TargetName};
use crate::registry::ReadRegistry;

use super::{ENTRIES_AT_ONCE, head};

/// Asks the target about each name (one HEAD); never fails as a whole.
pub async fn observe_tags<R: ReadRegistry>(
    target: &Target,
    names: impl IntoIterator<Item = &TargetName>,
    registry: &R,
) -> ObservedTags {
    futures_util::stream::iter(names)
        .map(|name| async move {
            let found = head(registry, &target.reference(name)).await;
            (name.clone(), found)
        })
        .buffer_unordered(ENTRIES_AT_ONCE)
        .collect()
        .await
}
