//! `map --format json`.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::consumers::{self, FoundCounts, Mapping, MirrorMap};
use crate::render::inputs::Mapped;
use crate::render::words::map as words;

use super::document::{FORMAT_VERSION, Items, Origin, Platforms, Target, write};
use super::each::schema_of_each;

/// A mirror's names for those who pull from it.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher map")]
struct Map<'a> {
    /// The version of this format.
    format_version: &'static str,
    /// The mirror, under the host that `--host` says: the public one, if nothing is said.
    target: Target,
    /// The hosts under which the same names are found.
    hosts: Hosts,
    /// How many images stand how; not there: nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    /// The images, in the order of the files.
    #[schemars(with = "Vec<Image>")]
    images: Items<'a, Image>,
    /// The repositories of which rules choose the tags, where the lock does not tell which; not there: there are none.
    #[schemars(with = "Option<Vec<Unsettled>>")]
    #[serde(skip_serializing_if = "Items::is_empty")]
    unsettled: Items<'a, Unsettled>,
}

/// The hosts under which the same names are found.
#[derive(Debug, Serialize, JsonSchema)]
struct Hosts {
    /// The one that answers everywhere; that of the files where only one is known.
    public: String,
    /// The one that answers inside the region's private networks; null where none is known.
    vpc: Option<String>,
}

/// How many images stand how.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    /// See the state `there`.
    there: usize,
    /// See the state `missing`.
    missing: usize,
    /// See the state `differs`.
    differs: usize,
    /// See the state `unreadable`.
    unreadable: usize,
}

/// An image.
#[derive(Debug, Serialize, JsonSchema)]
struct Image {
    /// Its name upstream, fully written out.
    source: String,
    /// What the source pointed to when it was locked; else the digest that the files declare; null where neither is.
    source_digest: Option<String>,
    /// Its name in the mirror: `repository:tag`, below the namespace.
    target: String,
    /// The same, fully written out, under the host of `target`.
    reference: String,
    /// The same, under the host that answers inside private networks; null where none is known.
    reference_vpc: Option<String>,
    /// What the mirror must hold; null where that is not locked.
    digest: Option<String>,
    /// Its media type; null where that is not locked.
    media_type: Option<String>,
    /// The platforms.
    platforms: Platforms,
    /// Whether the mirror holds an index that the source does not; null where that is not locked.
    rewritten: Option<bool>,
    /// By which rule the digest comes from the source's; null where that is not locked.
    rule: Option<String>,
    /// How it stands in the mirror; not there: nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Found>,
    /// Where it was declared.
    origin: Origin,
}

/// How an image stands in the mirror.
#[derive(Debug, Serialize, JsonSchema)]
struct Found {
    /// How it stands.
    state: State,
    /// What its name stands for; null where it is missing, or could not be read.
    digest: Option<String>,
    /// Why it is not as it should be, as a sentence; null where the state tells it.
    reason: Option<String>,
    /// What to do about it; null where nothing need be done.
    hint: Option<String>,
}

/// How an image can stand in the mirror.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It is there, as it is locked where it is.
    There,
    /// The registry says that it does not have it.
    Missing,
    /// Its name stands for another digest than is locked.
    Differs,
    /// The registry did not say.
    Unreadable,
}

/// A repository of which rules choose the tags.
#[derive(Debug, Serialize, JsonSchema)]
struct Unsettled {
    /// The repository.
    source: String,
    /// Where each tag goes, with `*` in its place: `repository:tag` below the namespace.
    target: String,
    /// Where it was declared.
    origin: Origin,
}

impl<'a> From<&'a Mapped<'a>> for Map<'a> {
    fn from(mapped: &'a Mapped<'a>) -> Self {
        let map = mapped.map;
        Self {
            format_version: FORMAT_VERSION,
            target: (&map.target).into(),
            hosts: Hosts {
                public: map.public.registry.clone(),
                vpc: map.vpc.as_ref().map(|vpc| vpc.registry.clone()),
            },
            summary: mapped.found.map(|found| FoundCounts::of(found).into()),
            images: Items::numbered(map.images.len(), |number| image(mapped, number)),
            unsettled: Items::of(&map.unsettled, Unsettled::from),
        }
    }
}

fn image(mapped: &Mapped<'_>, number: usize) -> Image {
    let map = mapped.map;
    let image = &map.images[number];
    let in_vpc = map.vpc.as_ref();
    Image {
        source: image.source.to_string(),
        source_digest: image.source_digest().map(ToString::to_string),
        target: image.name.to_string(),
        reference: image.target.to_string(),
        reference_vpc: in_vpc.map(|vpc| vpc.reference(&image.name).to_string()),
        digest: image.held().map(|held| held.digest.to_string()),
        media_type: image.held().map(|held| held.media_type.clone()),
        platforms: (&image.platforms).into(),
        rewritten: image.is_rewritten(),
        rule: image.locked.as_ref().map(|locked| locked.rule.clone()),
        found: mapped
            .found(number)
            .map(|found| Found::of(map, image, found)),
        origin: (&image.origin).into(),
    }
}

impl Found {
    fn of(map: &MirrorMap, image: &Mapping, found: &consumers::Found) -> Self {
        Self {
            state: match found {
                consumers::Found::There(_) => State::There,
                consumers::Found::Differs(_) => State::Differs,
                consumers::Found::Missing(_) => State::Missing,
                consumers::Found::Unreadable(_) => State::Unreadable,
            },
            digest: found.digest().map(ToString::to_string),
            reason: words::found_reason(image, found),
            hint: words::found_hint(map, image, found),
        }
    }
}

impl From<FoundCounts> for Summary {
    fn from(counts: FoundCounts) -> Self {
        let FoundCounts {
            there,
            differs,
            missing,
            unreadable,
        } = counts;
        Self {
            there,
            missing,
            differs,
            unreadable,
        }
    }
}

impl From<&consumers::Unsettled> for Unsettled {
    fn from(any: &consumers::Unsettled) -> Self {
        Self {
            source: any.source.to_string(),
            target: any.name.to_string(),
            origin: (&any.origin).into(),
        }
    }
}

/// Writes the names.
pub fn map(mapped: &Mapped<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write(&Map::from(mapped), out)
}

/// Returns the JSON Schema of what [`map`] writes.
pub fn map_schema() -> serde_json::Value {
    schema_of_each::<Map<'_>>()
}
