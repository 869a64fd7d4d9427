//! `list --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Choice, Desired, Entry, Family};

use super::document::{FORMAT_VERSION, Items, Origin, Platforms, Target, write};
use super::each::schema_of_each;
use super::tags::Followed;

/// What a registry should hold.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher list")]
struct List<'a> {
    /// The version of this format.
    format_version: &'static str,
    /// Where the images go.
    target: Target,
    /// The images, in the order of the files.
    #[schemars(with = "Vec<Image>")]
    images: Items<'a, Image>,
    /// The repositories of which rules choose the tags; not there: there are none.
    #[schemars(with = "Option<Vec<Selection>>")]
    #[serde(skip_serializing_if = "Items::is_empty")]
    selections: Items<'a, Selection>,
}

/// A repository of which rules choose the tags.
#[derive(Debug, Serialize, JsonSchema)]
struct Selection {
    /// The repository whose tags are listed.
    source: String,
    /// The platforms.
    platforms: Platforms,
    /// Where each tag goes, with `*` in its place: `repository:tag` below the namespace.
    target: String,
    /// What decides which tags are chosen, a rule each.
    rules: Vec<String>,
    /// The tags that are chosen, each of which is among the images; null where nobody has listed them, or none is.
    tags: Option<Vec<String>>,
    /// What each rule takes and drops of the tags that the registry lists; null where it was not asked.
    steps: Option<Vec<Followed>>,
    /// Where it was declared.
    origin: Origin,
}

/// An image.
#[derive(Debug, Serialize, JsonSchema)]
struct Image {
    /// Where it comes from, fully written out.
    source: String,
    /// The platforms.
    platforms: Platforms,
    /// Where it goes: `repository:tag` below the namespace.
    target: String,
    /// Where it was declared.
    origin: Origin,
}

impl<'a> From<&'a Desired> for List<'a> {
    fn from(desired: &'a Desired) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            target: (&desired.target).into(),
            images: Items::of(&desired.entries, Image::from),
            selections: Items::of(&desired.families, Selection::from),
        }
    }
}

impl From<&Entry> for Image {
    fn from(entry: &Entry) -> Self {
        Self {
            source: entry.source.to_string(),
            platforms: (&entry.platforms).into(),
            target: entry.target.to_string(),
            origin: (&entry.origin).into(),
        }
    }
}

impl From<&Family> for Selection {
    fn from(family: &Family) -> Self {
        let Entry {
            platforms, origin, ..
        } = &family.any;
        Self {
            source: family.repository().to_string(),
            platforms: platforms.into(),
            target: family.name().to_string(),
            rules: family.rules(),
            tags: match &family.choice {
                Choice::Taken(tags) => Some(tags.clone()),
                Choice::Open | Choice::Failed(_) => None,
            },
            steps: family
                .account
                .as_ref()
                .map(|account| account.rules.iter().map(Followed::from).collect()),
            origin: origin.into(),
        }
    }
}

/// Writes the desired set.
pub fn list(desired: &Desired, out: &mut dyn fmt::Write) -> fmt::Result {
    write(&List::from(desired), out)
}

/// Returns the JSON Schema of what [`list`] writes.
pub fn list_schema() -> serde_json::Value {
    schema_of_each::<List<'_>>()
}
