//! Which updates bring an image that the target holds already, in another wrapping.

use futures_util::StreamExt;

use crate::model::Reference;
use crate::plan::Plan;
use crate::plan::same_content::{SameContent, SameContents, candidates};
use crate::registry::ReadRegistry;

use super::observer::ENTRIES_AT_ONCE;

/// Reads for each update what the target holds, and nothing from the sources; never fails, since what
/// could not be read counts as other content.
pub async fn same_content<R: ReadRegistry>(plan: &Plan, registry: &R) -> SameContents {
    futures_util::stream::iter(candidates(plan))
        .map(async |(change, before, contents)| {
            let repository = plan.target.repository(&change.target);
            let held = Reference::digested(repository, before.digest.clone());
            let held = registry.get_manifest(&held).await.ok().flatten()?;
            Some((change.target.clone(), SameContent::of(&held, contents)?))
        })
        .buffer_unordered(ENTRIES_AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await
}
