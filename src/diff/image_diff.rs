//! What differs between two images, as data.

use crate::model::{Descriptor, Digest};

use super::edits::Edit;
use super::value::Value;

/// What differs between two images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDiff {
    /// What there was.
    pub before: Descriptor,
    /// What there will be.
    pub after: Descriptor,
    /// The version that there was, where it is annotated or a label.
    pub version_before: Option<String>,
    /// The version that there will be, where it is annotated or a label.
    pub version_after: Option<String>,
    /// The platforms that come.
    pub platforms_gained: Vec<String>,
    /// The platforms that go.
    pub platforms_lost: Vec<String>,
    /// The platforms that are on both sides, byte for byte the same.
    pub platforms_unchanged: usize,
    /// The platforms that are on both sides and differ.
    pub platforms: Vec<PlatformDiff>,
    /// The layers of all platforms, each counted once.
    pub layers: LayersDiff,
}

/// What differs between two images for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformDiff {
    /// The platform; `-` where nothing says which.
    pub platform: String,
    /// Whether both configs could be read.
    pub settings_compared: bool,
    /// What differs in the settings.
    pub settings: Vec<SettingChange>,
    /// How many more settings differ.
    pub settings_left_out: usize,
    /// The layers.
    pub layers: LayersDiff,
}

/// What happened to layers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayersDiff {
    /// On both sides.
    pub kept: Layers,
    /// New.
    pub added: Layers,
    /// Gone.
    pub removed: Layers,
}

/// Some layers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layers {
    /// The digests; a repeated one counts once.
    pub digests: Vec<Digest>,
    /// Their size together.
    pub bytes: u64,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// Which setting.
    pub setting: Setting,
    /// Which variable or label.
    pub name: Option<String>,
    /// What it was.
    pub before: Option<Value>,
    /// What it will be.
    pub after: Option<Value>,
    /// What went and came of it.
    pub edits: Vec<Edit>,
}

/// What a config or an annotation settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// When the image was made.
    Created,
    /// The image that it was made from.
    BaseImage,
    /// The entrypoint.
    Entrypoint,
    /// The command.
    Command,
    /// The user.
    User,
    /// The folder in which it starts.
    WorkingDirectory,
    /// The exposed ports.
    ExposedPorts,
    /// An environment variable.
    Environment,
    /// A label.
    Label,
}

impl LayersDiff {
    /// Returns by how many bytes the layers grow, or shrink if negative.
    pub fn growth(&self) -> i128 {
        i128::from(self.added.bytes) - i128::from(self.removed.bytes)
    }
}

impl ImageDiff {
    /// Tells whether both sides are the same, byte for byte.
    pub fn is_same(&self) -> bool {
        self.before.digest == self.after.digest
    }
}
