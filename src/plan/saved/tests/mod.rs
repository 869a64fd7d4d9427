//! What is saved of a plan, and what of it is taken up again.

mod against;
mod deletions;
mod followers;

use crate::model::{Cause, Failure, Platforms, Profile};
use crate::plan::Absence;
use crate::plan::classified::ClassifiedImages;
use crate::plan::desired::Desired;
use crate::plan::entry::{DeclaredAt, Entry, Referrers};
use crate::plan::fixtures::{descriptor, entry, origin, source_image, target};
use crate::plan::lock::LockedImage;
use crate::plan::make::plan;
use crate::plan::observed::{Observation, ObservedImage, ObservedReferrers};
use crate::plan::prune::ObservedTags;
use crate::plan::target::TargetName;
use crate::plan::{Action, BlockReason};

use super::*;

fn desired(names: &[&str]) -> Desired {
    let entry = |(at, name): (usize, &&str)| Entry {
        origin: origin(at + 1),
        ..entry(&format!("org/{name}:1"), &format!("{name}:1"))
    };
    Desired {
        target: target("generic"),
        entries: names.iter().enumerate().map(entry).collect(),
        families: vec![],
        lock: None,
        now: chrono::DateTime::UNIX_EPOCH,
        policy: crate::plan::policy::Rules::default(),
    }
}

fn target_name(name: &str) -> TargetName {
    format!("{name}:1").parse().unwrap()
}

/// What the source and the target hold of an image; none for nothing.
fn image(source: Option<&str>, target: Option<&str>) -> ObservedImage {
    ObservedImage {
        source: source.map_or(Observation::Absent(Absence::Plain), |c| {
            Observation::Present(source_image(c))
        }),
        target: target.map_or(Observation::Absent(Absence::Plain), |c| {
            Observation::Present(descriptor(c))
        }),
        referrers: ObservedReferrers::default(),
    }
}

fn observed(name: &str, image: ObservedImage) -> ClassifiedImages {
    ClassifiedImages::from([(target_name(name), image.into())])
}

fn files(text: &str) -> Vec<FileDigest> {
    vec![FileDigest {
        path: "images.txt".to_owned(),
        digest: Digest::sha256(text.as_bytes()),
    }]
}

fn saved(desired: &Desired, observed: &ClassifiedImages) -> SavedPlan {
    SavedPlan::of(desired, &plan(desired, observed.clone()), files("a"))
}

/// What the files say where nothing was ever locked.
fn declared<'a>(desired: &'a Desired, files: &'a [FileDigest]) -> Declared<'a> {
    Declared {
        desired,
        files,
        prune: false,
        undeclared: &[],
    }
}

/// Returns what is left of a plan when the registries say `later`, and the target holds `held` under
/// the names of what the source is silent about.
fn left(
    desired: &Desired,
    saved: &SavedPlan,
    later: &ClassifiedImages,
    held: &[(&str, &str)],
) -> Plan {
    let pinned = pin(saved, declared(desired, &files("a"))).unwrap();
    let anew = plan(&pinned.desired, later.clone());
    let lost = lost(saved, &pinned, &anew).into_iter().map(|name| {
        let content = held.iter().find(|(tag, _)| name.tag == *tag);
        let holds = |(_, content): &(_, &str)| Observation::Present(descriptor(content));
        (
            name.clone(),
            content.map_or(Observation::Absent(Absence::Plain), holds),
        )
    });
    let held = lost.collect();
    confirm(saved, &pinned, anew, &held).unwrap()
}

fn unreadable<T>() -> Observation<T> {
    Observation::Unreadable(unread())
}

fn unread() -> Failure {
    Failure::for_test(Cause::Unreachable)
}

#[test]
fn each_image_is_as_planned_in_place_or_stale() {
    let desired = desired(&["app"]);
    let word = |action: &Action| match action {
        Action::Create { .. } => "create",
        Action::Update { .. } => "update",
        Action::NoOp { .. } => "no-op",
        Action::Delete { .. } => "delete",
        Action::Blocked {
            reason: BlockReason::TargetMoved { .. },
            ..
        } => "stale",
        Action::Blocked {
            reason: BlockReason::BlockedWhenPlanned,
            ..
        } => "blocked when planned",
        Action::Blocked { .. } => "blocked",
    };
    let (new, old, other) = (Some("new"), Some("old"), Some("other"));
    for (planned, later, outcome) in [
        ((new, None), (new, None), "create"),
        ((new, None), (new, new), "no-op"),
        ((new, None), (new, other), "stale"),
        ((new, old), (new, old), "update"),
        ((new, old), (new, new), "no-op"),
        ((new, old), (new, other), "stale"),
        ((new, old), (new, None), "stale"),
        ((new, new), (new, new), "no-op"),
        ((new, new), (new, other), "stale"),
        ((new, new), (new, None), "stale"),
        ((new, None), (None, None), "blocked"),
        ((new, old), (None, new), "no-op"),
        ((new, old), (None, old), "blocked"),
        ((None, None), (new, None), "blocked when planned"),
    ] {
        let then = observed("app", image(planned.0, planned.1));
        let saved = saved(&desired, &then);
        let later = observed("app", image(later.0, later.1));
        let left = left(&desired, &saved, &later, &[]);
        let words: Vec<_> = left.changes.iter().map(|one| word(&one.action)).collect();
        assert_eq!(words, [outcome], "{planned:?}");
    }
}

#[test]
fn the_source_is_the_files_and_the_digest_the_plans() {
    let desired = desired(&["app"]);
    let saved = saved(&desired, &observed("app", image(Some("new"), None)));
    let pinned = pin(&saved, declared(&desired, &files("a"))).unwrap();
    let digest = descriptor("new").digest;
    assert_eq!(
        pinned.desired.entries[0].source.to_string(),
        format!("docker.io/org/app@{digest}")
    );
}

#[test]
fn a_digest_that_the_source_does_not_resolve_to_refuses_the_whole() {
    let desired = desired(&["app"]);
    let mut saved = saved(&desired, &observed("app", image(Some("new"), None)));
    let SavedChange::Wanted(wanted) = &mut saved.changes[0] else {
        panic!("nothing is wanted");
    };
    wanted.expected = descriptor("forged");
    let pinned = pin(&saved, declared(&desired, &files("a"))).unwrap();
    let later = observed("app", image(Some("new"), None));
    let anew = plan(&pinned.desired, later);
    let found = confirm(&saved, &pinned, anew, &ObservedTags::default()).unwrap_err();
    let wanted = [Mismatch::OtherResult {
        target: "app:1".to_owned(),
        planned: descriptor("forged").digest,
        resolved: descriptor("new").digest,
    }];
    assert_eq!(found, wanted);
}

#[test]
fn a_plan_for_something_else_is_refused_before_anything_is_asked() {
    let one = desired(&["app"]);
    let good = saved(&one, &observed("app", image(Some("new"), None)));
    let refused = |saved: &SavedPlan, desired: &Desired, text: &str| {
        let found = pin(saved, declared(desired, &files(text))).unwrap_err();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let changed = refused(&good, &one, "b");
    assert_eq!(
        changed,
        ["`images.txt` has changed since the plan was made"]
    );

    let both = desired(&["app", "other"]);
    assert_eq!(
        refused(&good, &both, "a"),
        ["it lacks the target `other:1`, which the files declare"]
    );
    assert_eq!(
        refused(&good, &desired(&[]), "a"),
        ["it has the target `app:1`, which the files do not declare"]
    );

    let mut elsewhere = one.clone();
    elsewhere.target.namespace = None;
    elsewhere.target.profile = Profile::named("acr-personal").unwrap();
    assert_eq!(
        refused(&good, &elsewhere, "a"),
        [
            "it is for `registry.example/team` (generic), and the files say `registry.example` \
          (acr-personal)"
        ]
    );

    let mut pinned = one.clone();
    pinned.entries[0].source = pinned.entries[0].source.at(descriptor("pinned").digest);
    assert!(refused(&good, &pinned, "a")[0].starts_with("for `app:1` it has the digest"));

    let mut newer = good.clone();
    newer.rules.rewrite += 1;
    newer.files[0].path = "other.txt".to_owned();
    assert_eq!(
        refused(&newer, &one, "a"),
        [
            "it was made by rules 1.2, and this version has rules 1.1",
            "`images.txt` is not among the files that the plan was made from",
            "the plan was made from `other.txt`, which is not read now"
        ]
    );
}
