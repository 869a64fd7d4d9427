//! What differs inside two images. Pure: manifests and settings go in, an [`ImageDiff`] comes out.
//!
//! | file | job |
//! | --- | --- |
//! | [`settings`] | what an image's config says |
//! | [`outline`] | the images of a tag, one a platform, from its manifests |
//! | [`mod@compare`] | two outlines against each other |
//! | [`edits`] | which lines of a value went and came |

pub mod compare;
pub mod edits;
pub mod outline;
pub mod settings;

pub use compare::{
    ImageDiff, Layers, LayersDiff, PlatformDiff, Setting, SettingChange, Value, compare,
};
pub use edits::{Edit, EditKind};
pub use outline::{Node, Outline};
pub use settings::Settings;

use indexmap::IndexMap;

use crate::model::Failure;
use crate::plan::TargetName;

/// The difference of every update of a plan, by target name, or why it could not be read.
pub type Diffs = IndexMap<TargetName, Result<ImageDiff, Failure>>;
