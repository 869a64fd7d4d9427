//! Shapes of sources that are out there, one test for each.

mod attestations;
mod awkward;
mod nested;
mod platforms;
mod singles;
mod types;

use pusher::model::{Descriptor, Excess, Platform, ProfileName, media_type};
use pusher::plan::{Attestations, CannotMirror, Content, Expected, LeftOut, WhyLeftOut};
use serde_json::{Value, json};

use super::source::{Attesting, Source, digest_of, on, typed, written};
use super::{KINDS, OF_ANY_TYPE, Outcome, asking, generic, personal, resolve};

const FOUR: [&str; 4] = [
    "linux/amd64",
    "linux/arm64/v8",
    "linux/arm/v7",
    "linux/s390x",
];
const HELM: &str = "application/vnd.cncf.helm.config.v1+json";
const WASM: &str = "application/vnd.wasm.config.v0+json";

fn children(source: &mut Source, platforms: &[&str]) -> Vec<Value> {
    platforms
        .iter()
        .map(|platform| source.child(platform))
        .collect()
}

/// Four platforms, then an attestation of each.
fn attested(source: &mut Source, form: Attesting) -> (Vec<Value>, Descriptor) {
    let mut entries = children(source, &FOUR);
    for position in 0..4 {
        let attestation = source.attestation(&entries[position].clone(), form);
        entries.push(attestation);
    }
    let index = source.index(&entries);
    (entries, index)
}

fn digests(entries: &[Value]) -> Vec<String> {
    let digest = |entry: &Value| entry["digest"].as_str().unwrap().to_owned();
    entries.iter().map(digest).collect()
}

#[track_caller]
fn assert_unchanged(outcome: &Outcome, source: &Descriptor) {
    let Expected {
        descriptor,
        content,
        selection,
    } = outcome.expected();
    assert_eq!(descriptor, source);
    assert_eq!(*content, Content::Source);
    assert_eq!(selection.left_out, []);
}

#[track_caller]
fn assert_read(outcome: &Outcome, manifests: usize, configs: usize) {
    let read = (outcome.manifests.len(), outcome.configs.len());
    assert_eq!(read, (manifests, configs), "manifests and configs read");
}
