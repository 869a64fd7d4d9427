//! What differs inside two images. Pure: manifests and settings go in, an [`ImageDiff`] comes out.
//!
//! | file | job |
//! | --- | --- |
//! | [`settings`] | what an image's config says |
//! | [`outline`] | the images of a tag, one a platform, from its manifests |
//! | [`mod@compare`] | two outlines against each other |
//! | [`image_diff`] | what differs between two images, as data |
//! | `setting_changes` | which settings differ, and what of them is shown |
//! | [`value`] | the value of a setting |
//! | [`edits`] | which lines of a value went and came |

pub mod compare;
pub mod edits;
pub mod image_diff;
pub mod outline;
mod setting_changes;
pub mod settings;
pub mod value;

pub use compare::compare;
pub use edits::{Edit, EditKind};
pub use image_diff::{ImageDiff, Layers, LayersDiff, PlatformDiff, Setting, SettingChange};
pub use outline::{Node, Outline};
pub use settings::Settings;
pub use value::Value;

use indexmap::IndexMap;

use crate::model::Failure;
use crate::plan::TargetName;

/// The difference of every update of a plan, by target name, or why it could not be read.
pub type Diffs = IndexMap<TargetName, Result<ImageDiff, Failure>>;
