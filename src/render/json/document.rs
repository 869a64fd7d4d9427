//! What every JSON document is made of, and how it is written.

use std::fmt;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Serialize;

use crate::model;
use crate::plan as core;
use crate::render::sanitize::is_command;

/// The version of every JSON document.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// Where the images go.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Target {
    /// The registry's host.
    pub(super) registry: String,
    /// The namespace below which every image goes; null where the registry has none.
    pub(super) namespace: Option<String>,
    /// What the registry accepts: `acr-personal`, `acr-enterprise` or `generic`.
    pub(super) profile: String,
}

impl From<&core::Target> for Target {
    fn from(target: &core::Target) -> Self {
        Self {
            registry: target.registry.clone(),
            namespace: target.namespace.clone(),
            profile: target.profile.kind.to_string(),
        }
    }
}

/// The line that declared an image.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Origin {
    /// The file, as it was named.
    pub(super) file: String,
    /// The line, counted from 1.
    pub(super) line: usize,
}

impl From<&core::Origin> for Origin {
    fn from(origin: &core::Origin) -> Self {
        Self {
            file: origin.file.clone(),
            line: origin.line,
        }
    }
}

/// What a tag points to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Descriptor {
    /// The digest of the manifest or index.
    pub(super) digest: String,
    /// Its media type.
    pub(super) media_type: String,
    /// Its size in bytes; the layers are not counted.
    pub(super) size: u64,
}

impl From<&model::Descriptor> for Descriptor {
    fn from(descriptor: &model::Descriptor) -> Self {
        Self {
            digest: descriptor.digest.to_string(),
            media_type: descriptor.media_type.clone(),
            size: descriptor.size,
        }
    }
}

/// Which platforms of an image are wanted: a list, or `"all"`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Platforms {
    /// Every one that the source has.
    All(All),
    /// These.
    Only(Vec<String>),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum All {
    /// Every one.
    All,
}

impl From<&model::Platforms> for Platforms {
    fn from(platforms: &model::Platforms) -> Self {
        match platforms {
            model::Platforms::All => Self::All(All::All),
            model::Platforms::Only(patterns) => {
                Self::Only(patterns.iter().map(ToString::to_string).collect())
            }
        }
    }
}

/// Writes a document, ending with a new line.
///
/// What a terminal or the log of a job could act on is written as an escape: people look at JSON too.
pub fn write<T: Serialize>(document: &T, out: &mut dyn fmt::Write) -> fmt::Result {
    let text = serde_json::to_string_pretty(document).map_err(|_| fmt::Error)?;
    for (at, character) in text.char_indices() {
        // Outside strings the text has no such character but the new line.
        if character != '\n' && model::is_hidden(character) || is_command(&text, at) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        } else {
            out.write_char(character)?;
        }
    }
    out.write_char('\n')
}

/// Returns the JSON Schema of a document, as it is written.
pub fn schema<T: JsonSchema>() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.to_value()
}
