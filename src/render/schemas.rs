//! The JSON Schemas of everything that people or programs write and read.

use schemars::{Schema, schema_for};

use crate::config::schema::mirror_schema;

use super::check::Check;
use super::list::List;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// The mirror file.
    Mirror,
    /// `list --format json`.
    List,
    /// `check --format json`.
    Check,
}

impl SchemaKind {
    /// Every kind, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::Mirror, Self::List, Self::Check];

    /// Returns its name: `schemas/<name>.schema.json`, `pusher schema <name>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::List => "list",
            Self::Check => "check",
        }
    }
}

/// Returns a schema.
pub fn schema(kind: SchemaKind) -> Schema {
    match kind {
        SchemaKind::Mirror => mirror_schema(),
        SchemaKind::List => schema_for!(List),
        SchemaKind::Check => schema_for!(Check),
    }
}

/// Returns a schema's text, as it stands in `schemas/`.
pub fn text(kind: SchemaKind) -> String {
    format!("{:#}\n", schema(kind).as_value())
}
