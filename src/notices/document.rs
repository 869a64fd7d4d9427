//! The form for programs.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::cut;

use super::event::Event;
use super::lines::{Dialect, fitting, lines};
use super::message::{Item, Message, Place};

/// The version of this format.
const FORMAT_VERSION: &str = "1.0";
/// How many images a document names.
const MOST: usize = 500;
/// How long its text is, in bytes.
const LONGEST_TEXT: usize = 20_000;
/// How much of a reason is told, in characters.
const LONGEST_REASON: usize = 400;

/// What is posted to a webhook after a run.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "pusher notice")]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: &'static str,
    /// The command that ran: `apply`, `drift`, `lock`, or `doctor` for a message that tries whether messages come.
    command: &'a str,
    /// The first line for people.
    title: String,
    /// All of it for people, cut where it is very long.
    text: String,
    /// How many images there are of each event.
    counts: Counts,
    /// What was found of each target, or done to it.
    targets: Vec<Found<'a>>,
    /// How many images are not named, since there are so many.
    more: usize,
    /// Where the run can be seen; null where that is not known.
    run: Option<&'a str>,
}

/// How many images there are of each event.
#[derive(Serialize, JsonSchema)]
struct Counts {
    /// Something could not be done; a command that stopped before its end counts as one.
    failed: usize,
    /// The target, or a source, is not what it was.
    drift: usize,
    /// The target was changed, or the lock was.
    changed: usize,
    /// Something new waits until it is old enough.
    held_back: usize,
}

/// What was found of a target, or done to it.
#[derive(Serialize, JsonSchema)]
struct Found<'a> {
    /// The registry and the namespace; null where the command came to none.
    target: Option<&'a str>,
    /// What came of all of it, as a sentence.
    summary: &'a str,
    /// The images that are worth telling.
    images: Vec<Image<'a>>,
}

/// What came of an image.
#[derive(Serialize, JsonSchema)]
struct Image<'a> {
    /// The name in the target: `repository:tag`, below the namespace.
    target: &'a str,
    /// What it is told for.
    event: EventName,
    /// What became of it: an `outcome` of `apply`, a `kind` of `drift`, what became of it in the lock, or
    /// `held-back`.
    kind: &'a str,
    /// Why, as a sentence; null where there is nothing to say.
    reason: Option<Cow<'a, str>>,
}

/// What an image is told for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum EventName {
    /// Something could not be done.
    Failed,
    /// The target, or a source, is not what it was.
    Drift,
    /// The target was changed, or the lock was.
    Changed,
    /// Something new waits until it is old enough.
    HeldBack,
}

impl From<Event> for EventName {
    fn from(event: Event) -> Self {
        match event {
            Event::Failed => Self::Failed,
            Event::Drift => Self::Drift,
            Event::Changed => Self::Changed,
            Event::HeldBack => Self::HeldBack,
        }
    }
}

/// Writes a message for programs.
pub(super) fn document(message: &Message, run: Option<&str>) -> Value {
    let lines = lines(message, Dialect::Plain);
    let mut room = MOST;
    let targets: Vec<_> = message
        .places
        .iter()
        .map(|place| found(place, &mut room))
        .collect();
    let count = |event| message.count(event);
    let title = message.title();
    let document = Document {
        format_version: FORMAT_VERSION,
        command: message.command,
        text: format!(
            "{title}\n{}",
            fitting(&lines, "\n", |text| text.len() <= LONGEST_TEXT)
        ),
        counts: Counts {
            failed: count(Event::Failed),
            drift: count(Event::Drift),
            changed: count(Event::Changed),
            held_back: count(Event::HeldBack),
        },
        more: message.items().map(|item| item.names.len()).sum::<usize>() - (MOST - room),
        targets,
        run,
        title,
    };
    // All of its keys are words, which is what can fail.
    serde_json::to_value(&document).unwrap_or_default()
}

fn found<'a>(place: &'a Place, room: &mut usize) -> Found<'a> {
    let Place {
        target,
        summary,
        items,
    } = place;
    let mut images = vec![];
    let of = |item: &'a Item| item.names.iter().map(move |name| (name, item));
    for (name, item) in items.iter().flat_map(of).take(*room) {
        images.push(Image {
            target: name,
            event: item.event.into(),
            kind: item.kind,
            reason: item.why.as_deref().map(|why| cut(why, LONGEST_REASON)),
        });
    }
    *room -= images.len();
    Found {
        target: target.as_deref(),
        summary,
        images,
    }
}

/// Returns the schema of what is posted.
pub fn schema() -> Value {
    schemars::schema_for!(Document<'_>).to_value()
}
