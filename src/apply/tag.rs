//! What a tag points to after a request that went wrong.

use crate::model::{Digest, Failure, Reference};
use crate::plan::{Outcome, TagAfter, Transfer};
use crate::registry::WriteRegistry;

use super::Engine;

/// Tells what became of a tag whose move or deletion was not answered, or was refused: the request may
/// have arrived all the same.
///
/// `wanted` is what it should point to now, and `planned` what it pointed to before; none is no tag.
pub(super) async fn look_again<R: WriteRegistry>(
    engine: &Engine<'_, R>,
    tag: &Reference,
    wanted: Option<&Digest>,
    planned: Option<&Digest>,
    failure: Failure,
) -> Result<(), Outcome> {
    let looking = engine.registry.head_manifest(tag);
    let after = match engine.stop.or(looking).await {
        Err(_) | Ok(Err(_)) => TagAfter::Unknown,
        Ok(Ok(found)) => {
            let found = found.map(|found| found.digest);
            if found.as_ref() == wanted {
                return Ok(());
            }
            if found.as_ref() != planned {
                return Err(Outcome::stale(found.as_ref()));
            }
            TagAfter::Unchanged
        }
    };
    Err(Outcome::Failed {
        failure,
        tag: after,
        cost: Transfer::default(),
    })
}
