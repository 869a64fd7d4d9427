//! What became of a lock, and in what it does not fit the files, in each format.

use insta::assert_snapshot;
use pusher::lock::{Renewal, Renewed, Unfit};
use pusher::model::{Cause, Platforms};
use pusher::plan::{
    Absence, BlockReason, DeclaredAt, Desired, Entry, Immutable, Lock, LockState, LockedImage,
    Misfit, Policy,
};
use pusher::render::{self, Fitting, Format, Renewing, View};

use super::chinese::chinese;
use super::fixtures::{descriptor, name, target, unreadable};

const FILE: &str = "mirror.lock";

/// So many declared images; `app:1` stands on line 1.
pub(super) fn desired(images: usize) -> Desired {
    let entry = |line: usize| Entry {
        source: format!("ghcr.io/org/app:{line}").parse().unwrap(),
        platforms: Platforms::All,
        platforms_declared: true,
        target: name(&format!("app:{line}")),
        origin: DeclaredAt {
            file: "images.txt".into(),
            line,
        },
        policy: Policy::default(),
        immutable: Immutable::default(),
        min_age: std::time::Duration::ZERO,
        verify: None,
    };
    Desired {
        target: target(),
        entries: (1..=images).map(entry).collect(),
        families: vec![],
        lock: None,
        now: chrono::DateTime::UNIX_EPOCH,
        policy: pusher::plan::policy::Rules::default(),
    }
}

fn locked(content: &str) -> LockedImage {
    LockedImage {
        source: "ghcr.io/org/app:1".parse().unwrap(),
        source_digest: descriptor(content).digest,
        platforms: Platforms::All,
        expected: descriptor(content),
        rule: String::new(),
    }
}

/// Each thing that can become of an image.
fn every_renewal() -> Renewed {
    let digest = |content: &str| descriptor(content).digest;
    let moved = |after| Renewal::Moved {
        before: digest("old"),
        after: digest(after),
    };
    let private = |tag: u8| {
        let image = format!("ghcr.io/org/app:{tag}");
        let why = unreadable(Cause::Unauthorized, &image, "authentication required");
        Renewal::Blocked(BlockReason::SourceUnreadable(why))
    };
    let absent = Renewal::Blocked(BlockReason::SourceAbsent(Absence::Plain));
    let images = [
        ("app:1", Renewal::Added(digest("new"))),
        ("app:2", moved("new")),
        ("app:3", moved("old")),
        ("app:4", Renewal::Kept),
        ("app:5", absent),
        ("app:6", private(6)),
        ("app:7", private(7)),
        ("left:1", Renewal::Retired),
        ("left:2", Renewal::Kept),
        ("left:3", Renewal::Gone),
    ];
    let mut lock = Lock::default();
    for image in ["app:4", "app:5"] {
        lock.images.insert(name(image), locked("old"));
    }
    for image in ["left:1", "left:2"] {
        lock.retired.insert(name(image), locked("old"));
    }
    Renewed {
        lock,
        images: images.map(|(text, one)| (name(text), one)).into(),
    }
}

pub(super) fn renewed(format: Format) -> String {
    let renewing = Renewing {
        renewed: &every_renewal(),
        desired: &desired(7),
        file: FILE,
    };
    let mut text = String::new();
    render::renewed(&renewing, format, &View::default(), &mut text).unwrap();
    text
}

fn held_against(unfit: &[(&str, Unfit)], format: Format) -> String {
    let named = unfit.iter().map(|(text, unfit)| (name(text), *unfit));
    let fitting = Fitting {
        unfit: &named.collect::<Vec<_>>(),
        desired: &desired(7),
        file: FILE,
    };
    let mut text = String::new();
    render::fit(&fitting, format, &View::default(), &mut text).unwrap();
    text
}

pub(super) fn unfit(format: Format) -> String {
    let unfit = [
        ("app:1", Unfit::Unlocked(LockState::New)),
        ("app:2", Unfit::Unlocked(LockState::Changed(Misfit::Source))),
        ("left:1", Unfit::NotDeclared),
    ];
    held_against(&unfit, format)
}

#[test]
fn locks() {
    for format in Format::ALL {
        let word = format.as_str();
        assert_snapshot!(format!("lock_{word}"), renewed(format));
        assert_snapshot!(format!("lock_check_{word}"), unfit(format));
    }
}

#[test]
fn locks_in_chinese() {
    for format in [Format::Markdown, Format::Github] {
        let said = chinese(|| renewed(format) + &unfit(format));
        assert_snapshot!(format!("chinese_lock_{}", format.as_str()), said);
    }
    let json = || renewed(Format::Json) + &unfit(Format::Json);
    assert_eq!(chinese(json), json());
}

#[test]
fn a_lock_that_fits_has_no_annotation() {
    assert_eq!(held_against(&[], Format::Github), "");
    assert_snapshot!(held_against(&[], Format::Markdown), @"### `mirror.lock` fits: 7 images locked");
    assert!(held_against(&[], Format::Json).contains("\"fits\": true"));
}
