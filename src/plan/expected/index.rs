//! Which children of an index are wanted and accepted.
//!
//! In three steps, so that none reads what the one before has ruled out: the platforms choose
//! (`tree`), the profile is asked about what may not be an image, and then, from the innermost
//! index outwards (`settle`), attestations follow what they attest and what has changed is
//! written.

use std::collections::HashSet;

use crate::model::{Child, Descriptor, PlatformPattern, Platforms};
use crate::plan::entry::{Attestations, MissingPlatforms};

use super::reader::Reader;
use super::refused::{config_refused, refused_config_of};
use super::settle::{State, settle};
use super::tree::{Fate, Tree, is_artifact};
use super::types::{Ask, CannotMirror, Content, Expected, LeftOut, Selection};

/// Says what the target must hold for an index; meaningless while `reader` waits for something.
pub(super) fn expect_index(
    source: &Descriptor,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Expected, CannotMirror> {
    let unchanged = Expected::unchanged(source.clone());
    let everything = *ask.platforms == Platforms::All
        && ask.policy.attestations != Attestations::Drop
        && ask.profile.takes_indexes_whole();
    if everything {
        return Ok(unchanged);
    }
    let mut tree = Tree::of(source, ask.platforms, reader)?;
    if reader.is_waiting() {
        return Ok(unchanged);
    }
    missing_platforms(&tree, ask)?;
    refuse_artifacts(&mut tree, ask, reader)?;
    let skipped = missing_platforms(&tree, ask)?;

    if ask.platforms.single().is_some()
        && let Some(only) = only_image(&tree)
    {
        let selection = Selection {
            platforms_kept: 1,
            ..Selection::default()
        };
        return Ok(Expected {
            descriptor: only.clone(),
            content: Content::Source,
            selection,
        });
    }
    let settled = settle(&tree, ask, reader)?;
    let selection = Selection {
        platforms_kept: tree.images().count(),
        left_out: settled.left_out,
        skipped,
    };
    match settled.root {
        State::Unchanged => Ok(Expected {
            selection,
            ..unchanged
        }),
        State::Rewritten(descriptor) => Ok(Expected {
            descriptor,
            content: Content::Rewritten(settled.rewritten),
            selection,
        }),
        State::Emptied => {
            let mut left_out = selection.left_out.iter();
            Err(match left_out.find_map(LeftOut::refused_config) {
                Some(config) => config_refused(config.to_owned(), ask),
                None => CannotMirror::NothingLeft {
                    profile: ask.profile.name.clone(),
                },
            })
        }
    }
}

/// Returns the platforms that may be skipped, or refuses if any is missing that may not.
fn missing_platforms(tree: &Tree, ask: &Ask<'_>) -> Result<Vec<PlatformPattern>, CannotMirror> {
    let missing = tree.missing(ask.platforms);
    let skip = ask.policy.missing_platforms == MissingPlatforms::Skip;
    if missing.is_empty() || (skip && tree.images().next().is_some()) {
        return Ok(missing);
    }
    Err(match tree.first_refused() {
        Some(config) => config_refused(config.to_owned(), ask),
        None => CannotMirror::PlatformsMissing {
            missing,
            available: tree.available.clone(),
        },
    })
}

/// Marks what the profile refuses of all that is wanted, attestations aside.
fn refuse_artifacts(
    tree: &mut Tree,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<(), CannotMirror> {
    for node in &mut tree.nodes {
        for (child, fate) in node.index.children.iter().zip(&mut node.fates) {
            if matches!(fate, Fate::Image(_) | Fate::Other)
                && may_be_artifact(child)
                && let Some(config) = refused_config_of(&child.descriptor, ask, reader)?
            {
                *fate = Fate::Refused(config);
            }
        }
    }
    Ok(())
}

/// Tells whether a child may be something else than a container image, so that it is worth a look.
///
/// Looking costs a pull at Docker Hub; children for an operating system that runs containers, with
/// no artifact type, are images.
fn may_be_artifact(child: &Child) -> bool {
    let runs_containers = child.platform.as_ref().is_some_and(|platform| {
        matches!(
            platform.os.as_str(),
            "linux" | "windows" | "freebsd" | "darwin"
        )
    });
    is_artifact(child) || !runs_containers
}

/// Returns the image that is wanted, if there is just one, however often it is listed.
fn only_image(tree: &Tree) -> Option<&Descriptor> {
    let digests: HashSet<_> = tree.images().map(|image| &image.digest).collect();
    (digests.len() == 1).then(|| tree.images().next()).flatten()
}
