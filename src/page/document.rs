//! All that a page shows, as JSON: what its script reads.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::Serialize;

use crate::model::{Language, Text, is_hidden, rfc3339};
use crate::plan::AliyunHosts;

use super::history::{Copied, Run, public_name};
use super::image::Image;
use super::{OfTarget, Page, words};

/// The version of this form.
const FORMAT_VERSION: &str = "1.0";

/// A sentence in English and in Chinese.
type Both = [String; 2];

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    made: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    targets: Vec<TargetOf>,
    images: Vec<ImageOf<'a>>,
    runs: Vec<RunOf<'a>>,
    older_runs: usize,
    told: Vec<Both>,
    words: BTreeMap<&'static str, [&'static str; 2]>,
}

#[derive(Serialize)]
struct TargetOf {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What stands before the name of an image: the host, and the namespace.
    place: String,
    /// The same inside a VPC of the region, where there is such a host.
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc: Option<String>,
}

#[derive(Serialize)]
struct ImageOf<'a> {
    target: usize,
    name: String,
    /// What stands before `@` where it is pulled by digest.
    repository: &'a str,
    source: &'a str,
    origin: &'a str,
    states: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    platforms: &'a [(String, Option<u64>)],
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<(String, Option<String>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<Both>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    absent: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    told: Vec<Both>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<Copy<'a>>,
}

#[derive(Serialize)]
struct RunOf<'a> {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    copied: Vec<Copy<'a>>,
    more: usize,
}

/// An image that was copied.
#[derive(Serialize)]
struct Copy<'a> {
    /// Which of the images that is; not there where the page has it no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<usize>,
    /// What it is called; not there where the image tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// When; not there where the run tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    source_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden: Option<&'a str>,
}

fn both(text: &Text) -> Both {
    let chinese = Language::Chinese.speak(|| text.as_str().to_owned());
    [text.english().to_owned(), chinese]
}

/// Writes all that a page shows as JSON that can stand inside of HTML, whatever is in it: it has no character that ends a
/// script, begins a tag or is not seen.
pub(super) fn json(page: &Page) -> String {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut images = vec![];
    for (number, of) in page.targets.iter().enumerate() {
        for image in &of.images {
            let reference = of.target.reference(&image.target);
            numbers.insert(public_name(&reference), images.len());
            let copies = page.history.of_image(&reference).iter();
            let copies = copies.map(|copied| Copy::of(copied, true));
            images.push(ImageOf::of(number, image, copies.collect()));
        }
    }
    let document = Document {
        format_version: FORMAT_VERSION,
        made: rfc3339(page.made),
        commit: page.commit.as_deref(),
        targets: page.targets.iter().map(TargetOf::of).collect(),
        images,
        runs: page
            .history
            .runs
            .iter()
            .map(|run| RunOf::of(run, &numbers))
            .collect(),
        older_runs: page.history.older,
        told: page.told.iter().map(both).collect(),
        words: words::all(),
    };
    // Strings, numbers and lists can always be written.
    harmless(&serde_json::to_string(&document).unwrap_or_default())
}

/// Writes out by their numbers the characters of a JSON text that mean something to a reader of HTML, or are not seen.
/// Such a character stands in a string, where it may be written so.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, '<' | '>' | '&') || is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // A string takes all that is written to it.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

impl TargetOf {
    fn of(of: &OfTarget) -> Self {
        let target = &of.target;
        let hosts = AliyunHosts::of_host(&target.registry);
        Self {
            name: target.label.as_ref().map(ToString::to_string),
            place: target.in_public().place(),
            vpc: hosts.map(|hosts| target.at(hosts.vpc).place()),
        }
    }
}

impl<'a> ImageOf<'a> {
    fn of(target: usize, image: &'a Image, copies: Vec<Copy<'a>>) -> Self {
        Self {
            target,
            name: image.target.to_string(),
            repository: &image.target.repository,
            source: &image.source,
            origin: &image.origin,
            states: image.states.iter().map(|state| state.as_str()).collect(),
            digest: image.digest.as_ref().map(ToString::to_string),
            expected: image.expected.as_ref().map(ToString::to_string),
            bytes: image.bytes,
            platforms: &image.platforms,
            built: image.built.map(rfc3339),
            seen: image.seen.map(rfc3339),
            held: image
                .held
                .as_ref()
                .map(|(digest, until)| (digest.to_string(), until.map(rfc3339))),
            overridden: image.overridden.as_deref(),
            signed: image.signed.as_ref().map(both),
            absent: image.absent,
            told: image.told.iter().map(both).collect(),
            copies,
        }
    }
}

impl<'a> RunOf<'a> {
    fn of(run: &'a Run, numbers: &HashMap<String, usize>) -> Self {
        let copied = run.copied.iter().map(|copied| {
            let image = numbers.get(&copied.image).copied();
            Copy {
                image,
                name: image.is_none().then_some(&copied.image),
                ..Copy::of(copied, false)
            }
        });
        Self {
            time: rfc3339(run.time),
            commit: run.commit.as_deref(),
            copied: copied.collect(),
            more: run.more,
        }
    }
}

impl<'a> Copy<'a> {
    fn of(copied: &'a Copied, tells_when: bool) -> Self {
        let record = &copied.record;
        let before = copied.before.as_ref();
        Self {
            image: None,
            name: None,
            time: tells_when.then(|| rfc3339(record.time)),
            commit: record.commit.as_deref().filter(|_| tells_when),
            digest: record.digest.to_string(),
            before: before.map(|(digest, _)| digest.to_string()),
            source_digest: record.source_digest.to_string(),
            source_before: before.map(|(_, source)| source.to_string()),
            overridden: record.overridden.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_is_html_and_all_of_it_is_still_there() {
        let hostile = "</script><!--&amp;\u{2028}\u{202e}\u{1b}\u{e0041}镜像\"\\";
        let json = serde_json::to_string(hostile).unwrap();
        let text = harmless(&json);
        assert!(
            !text.contains(['<', '>', '&', '\u{2028}', '\u{202e}']),
            "{text}"
        );
        assert!(
            text.contains("镜像") && text.contains("\\u003c/script"),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }
}
