//! The blocks of a lock file: equal ones are one, and what differs is in dispute.

use std::collections::BTreeMap;

use crate::plan::{LockedImage, TargetName};

use super::contents::LockContents;
use super::disputed::Disputed;
use super::owner::Owner;

/// The blocks of each image.
#[derive(Default)]
pub(super) struct Found(BTreeMap<TargetName, Blocks>);

/// The blocks of one image.
#[derive(Default)]
struct Blocks {
    disputed: Disputed,
    /// Whether one of them is among what was declared.
    is_declared: bool,
    /// Whether one of them lacks lines, or has those of another.
    is_incomplete: bool,
}

impl Found {
    /// Takes a block, in which the digest stands in this line.
    pub(super) fn block(
        &mut self,
        name: TargetName,
        line: usize,
        image: LockedImage,
        is_retired: bool,
    ) {
        let blocks = self.0.entry(name).or_default();
        blocks.disputed.lines.push(line);
        blocks.disputed.versions.push(image);
        blocks.is_declared |= !is_retired;
    }

    /// Takes note of a block that lacks lines, or has those of another.
    pub(super) fn part(&mut self, name: TargetName, line: usize) {
        let blocks = self.0.entry(name).or_default();
        blocks.disputed.lines.push(line);
        blocks.is_incomplete = true;
    }

    /// Makes one of equal blocks, and tells what is left in dispute.
    pub(super) fn settle(self, owner: Option<Owner>) -> LockContents {
        let mut file = LockContents {
            owner,
            ..LockContents::default()
        };
        for (name, blocks) in self.0 {
            let Blocks {
                mut disputed,
                is_declared,
                is_incomplete,
            } = blocks;
            file.is_untidy |= disputed.lines.len() > 1;
            disputed.lines.sort_unstable();
            disputed.lines.dedup();
            disputed.versions.dedup();
            match &mut disputed.versions[..] {
                [_] if !is_incomplete => {
                    let images = if is_declared {
                        &mut file.lock.images
                    } else {
                        &mut file.lock.retired
                    };
                    images.extend(disputed.versions.pop().map(|image| (name, image)));
                }
                _ => drop(file.disputed.insert(name, disputed)),
            }
        }
        file
    }
}
