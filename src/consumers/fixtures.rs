//! What several unit tests make up.

use std::time::Duration;

use chrono::DateTime;

use crate::model::{Descriptor, Digest, Platforms, Profile, media_type};
use crate::plan::policy::Rules;
use crate::plan::{
    DeclaredAt, Desired, Entry, Immutable, Lock, LockedImage, Policy, ResolutionRule, Target,
};

use super::host::HostChoice;
use super::map::MirrorMap;
use super::written::Written;

/// Returns a digest that stands for some content.
pub(super) fn digest(content: &str) -> Digest {
    Digest::sha256(content.as_bytes())
}

/// Declares images, each with its name in the target and its platforms (`all`, or one), a line each.
pub(super) fn desired(images: &[(&str, &str, &str)]) -> Desired {
    let entry = |(number, (source, target, platform)): (usize, &(&str, &str, &str))| Entry {
        source: source.parse().unwrap(),
        platforms: match *platform {
            "all" => Platforms::All,
            one => Platforms::only(vec![one.parse().unwrap()]),
        },
        platforms_declared: true,
        target: target.parse().unwrap(),
        origin: DeclaredAt {
            file: "images.txt".into(),
            line: number + 1,
        },
        policy: Policy::default(),
        immutable: Immutable::default(),
        min_age: Duration::ZERO,
        verify: None,
    };
    Desired {
        target: Target {
            label: None,
            registry: "registry.cn-hangzhou.aliyuncs.com".to_owned(),
            namespace: Some("team".to_owned()),
            profile: Profile::generic(),
        },
        entries: images.iter().enumerate().map(entry).collect(),
        families: vec![],
        lock: Some(Lock::default()),
        now: DateTime::UNIX_EPOCH,
        policy: Rules::default(),
    }
}

/// Locks an image of `desired`, by its name in the target, to what was made of its source; returns the same.
pub(super) fn locked(mut desired: Desired, name: &str, source: &str, held: &str) -> Desired {
    let is_it = |entry: &&Entry| entry.target.to_string() == name;
    let entry = desired.entries.iter().find(is_it).unwrap();
    let rule = ResolutionRule::of_entry(entry, &desired.target.profile);
    let locked = LockedImage {
        source: entry.source.clone(),
        source_digest: digest(source),
        platforms: entry.platforms.clone(),
        expected: Descriptor {
            media_type: media_type::OCI_INDEX.to_owned(),
            digest: digest(held),
            size: 1,
        },
        rule: rule.to_string(),
    };
    let lock = desired.lock.get_or_insert_default();
    lock.images.insert(entry.target.clone(), locked);
    desired
}

/// Returns the map of what is declared, under the public host.
pub(super) fn map(desired: &Desired) -> MirrorMap {
    MirrorMap::of(desired, &HostChoice::Public).unwrap()
}

/// Returns all that is written, each file behind its name, and then what is not said.
pub(super) fn told(written: &Written) -> String {
    let files = written.files.iter();
    let files = files.map(|file| format!("--- {}\n{}", file.name, file.text));
    let unsaid = written.unsaid.iter().map(|one| format!("! {one}\n"));
    let notes = written.notes.iter().map(|note| format!("? {note}\n"));
    files.chain(unsaid).chain(notes).collect()
}
