//! `diff --format json`, and `diff` in `plan --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diff as core;
use crate::render::inputs::Compared;
use crate::render::words::diff::summary;

use super::document::{Descriptor, FORMAT_VERSION, schema, write};

/// What differs between two images.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher diff")]
struct Document {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// The first image.
    before: Side,
    /// The second image.
    after: Side,
    /// What differs.
    diff: Diff,
}

/// An image.
#[derive(Debug, Serialize, JsonSchema)]
struct Side {
    /// The reference, fully written out.
    reference: String,
    /// What it points to.
    descriptor: Descriptor,
}

/// What differs inside an image.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImageDiff")]
pub(super) struct Diff {
    /// It in one line, for people.
    summary: String,
    /// The version that there was, from `org.opencontainers.image.version`; null where none is said.
    version_before: Option<String>,
    /// The version that there will be; null where none is said.
    version_after: Option<String>,
    /// The platforms that come.
    platforms_gained: Vec<String>,
    /// The platforms that go.
    platforms_lost: Vec<String>,
    /// How many platforms are the same on both sides, byte for byte.
    platforms_unchanged: usize,
    /// The platforms that are on both sides and differ.
    platforms: Vec<PlatformDiff>,
    /// The layers of all platforms, each counted once.
    layers: LayersDiff,
}

/// What differs for one platform.
#[derive(Debug, Serialize, JsonSchema)]
struct PlatformDiff {
    /// The platform; `-` where nothing says which.
    platform: String,
    /// Whether both configs could be read.
    settings_compared: bool,
    /// What differs in the settings.
    settings: Vec<SettingChange>,
    /// How many more settings differ than are listed.
    settings_left_out: usize,
    /// The layers.
    layers: LayersDiff,
}

/// A setting that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct SettingChange {
    /// Which setting.
    setting: Setting,
    /// Which variable or label; null for every other setting.
    name: Option<String>,
    /// What it was; null where it was not set. Long values are cut.
    before: Option<Value>,
    /// What it will be; null where it will not be set. Long values are cut.
    after: Option<Value>,
}

/// What a config or an annotation settles.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Setting {
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

/// A text, or a list of texts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Value {
    /// One text.
    Text(String),
    /// Several, in order.
    List(Vec<String>),
}

/// What happened to layers; a repeated one counts once.
#[derive(Debug, Serialize, JsonSchema)]
struct LayersDiff {
    /// On both sides.
    kept: Layers,
    /// New.
    added: Layers,
    /// Gone.
    removed: Layers,
}

/// Some layers.
#[derive(Debug, Serialize, JsonSchema)]
struct Layers {
    /// How many.
    count: usize,
    /// Their size together.
    bytes: u64,
    /// Their digests, in order; of very many the first.
    digests: Vec<String>,
}

/// More digests are counted alone.
const MOST_DIGESTS: usize = 200;

impl From<&core::Layers> for Layers {
    fn from(layers: &core::Layers) -> Self {
        let core::Layers { digests, bytes } = layers;
        Self {
            count: digests.len(),
            bytes: *bytes,
            digests: digests
                .iter()
                .take(MOST_DIGESTS)
                .map(ToString::to_string)
                .collect(),
        }
    }
}

impl From<&core::LayersDiff> for LayersDiff {
    fn from(layers: &core::LayersDiff) -> Self {
        let core::LayersDiff {
            kept,
            added,
            removed,
        } = layers;
        Self {
            kept: kept.into(),
            added: added.into(),
            removed: removed.into(),
        }
    }
}

impl From<core::Setting> for Setting {
    fn from(setting: core::Setting) -> Self {
        match setting {
            core::Setting::Created => Self::Created,
            core::Setting::BaseImage => Self::BaseImage,
            core::Setting::Entrypoint => Self::Entrypoint,
            core::Setting::Command => Self::Command,
            core::Setting::User => Self::User,
            core::Setting::WorkingDirectory => Self::WorkingDirectory,
            core::Setting::ExposedPorts => Self::ExposedPorts,
            core::Setting::Environment => Self::Environment,
            core::Setting::Label => Self::Label,
        }
    }
}

impl From<&core::Value> for Value {
    fn from(value: &core::Value) -> Self {
        match value {
            core::Value::Text(text) => Self::Text(text.clone()),
            core::Value::List(list) => Self::List(list.clone()),
        }
    }
}

impl From<&core::SettingChange> for SettingChange {
    fn from(change: &core::SettingChange) -> Self {
        let core::SettingChange {
            setting,
            name,
            before,
            after,
            edits: _,
        } = change;
        Self {
            setting: (*setting).into(),
            name: name.clone(),
            before: before.as_ref().map(Into::into),
            after: after.as_ref().map(Into::into),
        }
    }
}

impl From<&core::PlatformDiff> for PlatformDiff {
    fn from(diff: &core::PlatformDiff) -> Self {
        let core::PlatformDiff {
            platform,
            settings_compared,
            settings,
            settings_left_out,
            layers,
        } = diff;
        Self {
            platform: platform.clone(),
            settings_compared: *settings_compared,
            settings: settings.iter().map(Into::into).collect(),
            settings_left_out: *settings_left_out,
            layers: layers.into(),
        }
    }
}

impl From<&core::ImageDiff> for Diff {
    fn from(diff: &core::ImageDiff) -> Self {
        let core::ImageDiff {
            before: _,
            after: _,
            version_before,
            version_after,
            platforms_gained,
            platforms_lost,
            platforms_unchanged,
            platforms,
            layers,
        } = diff;
        Self {
            summary: summary(diff),
            version_before: version_before.clone(),
            version_after: version_after.clone(),
            platforms_gained: platforms_gained.clone(),
            platforms_lost: platforms_lost.clone(),
            platforms_unchanged: *platforms_unchanged,
            platforms: platforms.iter().map(Into::into).collect(),
            layers: layers.into(),
        }
    }
}

/// Writes what differs between two references.
pub fn diff(compared: &Compared<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Compared {
        before,
        after,
        diff,
    } = compared;
    let side = |reference: &str, descriptor: &crate::model::Descriptor| Side {
        reference: reference.to_owned(),
        descriptor: descriptor.into(),
    };
    let document = Document {
        format_version: FORMAT_VERSION,
        before: side(before, &diff.before),
        after: side(after, &diff.after),
        diff: (*diff).into(),
    };
    write(&document, out)
}

/// Returns the JSON Schema of what [`diff`] writes.
pub fn diff_schema() -> serde_json::Value {
    schema::<Document>()
}
