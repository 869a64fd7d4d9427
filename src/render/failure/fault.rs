//! Every fault; those of an image and of a deletion here, the others where they belong.

use std::fmt;

use crate::model::{Fault, Need, Part};
use crate::render::units::minutes;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(answer) => answer.fmt(f),
            Self::Paused(left) => {
                write!(f, "it asks for a pause, come back in {}", minutes(*left))
            }
            Self::Login(text) | Self::Protocol(text) | Self::Damaged(text) => f.write_str(text),
            Self::SignIn(fault) => fault.fmt(f),
            Self::NoAnswer(why) => why.fmt(f),
            Self::TooLong { size } => write!(f, "it sends more than the {size} bytes it should have"),
            Self::CutShort => f.write_str("it ended before its last byte"),
            Self::OtherBytes { found } => write!(f, "it sent other bytes, which have {found}"),
            Self::Manifest { digest, error } => write!(f, "its manifest {digest}: {error}"),
            Self::Lacks(Part::Manifest(digest)) => {
                write!(f, "it names manifest {digest}, which its registry lacks")
            }
            Self::Lacks(Part::Config(digest)) => {
                write!(f, "it names config {digest}, which its registry lacks")
            }
            Self::Lacks(Part::NoManifest { digest, media_type }) => write!(
                f,
                "its index names {digest}, which is not a manifest: its media type is `{media_type}`"
            ),
            Self::OtherSize {
                digest,
                size,
                announced,
            } => write!(
                f,
                "its manifest {digest} has {size} bytes, {announced} are announced"
            ),
            Self::TooMuch(excess) => excess.fmt(f),
            Self::Needed { tag, by } => {
                f.write_str("the registry deletes whole manifests, not tags, and ")?;
                match by {
                    Need::Same => write!(f, "the tag `{tag}` needs this one"),
                    Need::Listed => write!(f, "the index behind the tag `{tag}` needs this one"),
                    Need::Perhaps => {
                        write!(f, "perhaps what the tag `{tag}` points to needs this one")
                    }
                }
            }
            Self::TagsUnknown => f.write_str(
                "the registry deletes whole manifests, not tags, and does not list the tags of this \
                 repository: what else would go cannot be told",
            ),
            Self::CannotDelete => f.write_str("the registry does not delete"),
        }
    }
}

/// Says what to do about what an image or a registry is, which another try will not change.
pub(super) fn advice(fault: &Fault) -> Option<String> {
    let text = match fault {
        Fault::TooLong { .. } | Fault::OtherBytes { .. } | Fault::CutShort => {
            "the image is damaged at its source: choose another tag, or tell who keeps it"
        }
        Fault::Manifest { .. }
        | Fault::OtherSize { .. }
        | Fault::Lacks(Part::Manifest(_) | Part::Config(_)) => {
            "choose another tag: the image is damaged at its source"
        }
        Fault::Lacks(Part::NoManifest { .. }) => {
            "it is no image but the cache of a build, or other data: take it out of the list"
        }
        Fault::TooMuch(excess) => excess.hint(),
        Fault::Needed { .. } => {
            "leave it, or take what needs it out of the files as well and of the registry"
        }
        Fault::TagsUnknown | Fault::CannotDelete => {
            "delete the tag in the registry's console, or leave it and run without `--prune`"
        }
        // The registry's own words are all that is known, or whoever knows the host says more.
        Fault::Answered(_)
        | Fault::SignIn(_)
        | Fault::Paused(_)
        | Fault::Login(_)
        | Fault::NoAnswer(_)
        | Fault::Protocol(_)
        | Fault::Damaged(_) => return None,
    };
    Some(text.to_owned())
}
