//! What becomes of the tags that rules choose.

use crate::plan::desired::{Desired, Row};
use crate::plan::fixtures::{entry, target};
use crate::plan::lock::{Lock, LockState, LockedFamily, Misfit};
use crate::plan::{BlockReason, plan};
use crate::selection::{Rule, RuleParts};

use super::*;

/// A family with one rule, before the entry of this position.
fn family(source: &str, name: &str, glob: &str, position: usize) -> Family {
    let parts = RuleParts {
        glob: Some(vec![glob.to_owned()]),
        ..RuleParts::default()
    };
    let mut any = entry(source, "any:tag");
    any.source = Reference::tagged(any.source.repository().clone(), ANY_TAG);
    any.target = Family::parse_name(name).unwrap();
    Family {
        any,
        selection: Selection {
            rules: vec![Rule::new(parts).unwrap()],
            ..Selection::default()
        },
        position,
        choice: Choice::Open,
        verify: crate::plan::VerifyRules::default(),
        account: None,
    }
}

fn desired(entries: &[(&str, &str)], families: Vec<Family>) -> Desired {
    let entries = entries.iter().map(|(source, target)| entry(source, target));
    Desired {
        target: target("generic"),
        entries: entries.collect(),
        families,
        lock: None,
        now: chrono::DateTime::UNIX_EPOCH,
        policy: crate::plan::policy::Rules::default(),
    }
}

fn taken(tags: &[&str]) -> Choice {
    Choice::Taken(tags.iter().map(|tag| (*tag).to_owned()).collect())
}

fn names(desired: &Desired) -> Vec<String> {
    let rows = desired.rows().map(Row::entry);
    rows.map(|entry| format!("{} {}", entry.source, entry.target))
        .collect()
}

/// In the order of the files, whatever is chosen when.
#[test]
fn each_tag_is_an_entry_where_its_family_stands() {
    let mut desired = desired(
        &[("a:1", "a:1"), ("b:1", "b:1")],
        vec![
            family("x", "x:*", "*", 0),
            family("y", "y:*", "*", 1),
            family("z", "web:z-*", "*", 1),
            family("w", "w:*", "*", 2),
        ],
    );
    let all = |desired: &Desired| {
        let rows = desired.rows().map(Row::entry);
        rows.map(|entry| entry.target.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(all(&desired), "x:* a:1 y:* web:z-* b:1 w:*");
    desired.choose(vec![
        None,
        Some(taken(&["2", "1"])),
        None,
        Some(taken(&["3"])),
    ]);
    assert_eq!(all(&desired), "x:* a:1 y:2 y:1 web:z-* b:1 w:3");
    desired.choose(vec![
        Some(taken(&["4"])),
        None,
        Some(taken(&["5", "6"])),
        None,
    ]);
    assert_eq!(all(&desired), "x:4 a:1 y:2 y:1 web:z-5 web:z-6 b:1 w:3");
    // What was chosen stays.
    desired.choose(vec![Some(taken(&["9"])); 4]);
    assert_eq!(all(&desired), "x:4 a:1 y:2 y:1 web:z-5 web:z-6 b:1 w:3");
    let sources: Vec<_> = desired
        .entries
        .iter()
        .map(|entry| entry.source.to_string())
        .collect();
    assert_eq!(sources[4], "docker.io/library/z:5");
}

#[test]
fn what_is_taken_out_leaves_the_others_in_their_places() {
    let families = vec![family("x", "x:*", "*", 1), family("y", "y:*", "*", 3)];
    let entries = [("a:1", "a:1"), ("b:1", "b:1"), ("c:1", "c:1")];
    let mut desired = desired(&entries, families);
    let (left, families) = desired.take_out(
        |entry| entry.target.repository != "a",
        |family| family.name().repository != "x",
    );
    assert_eq!((left.len(), families.len()), (1, 1));
    desired.choose(vec![Some(taken(&["1"]))]);
    let names: Vec<_> = desired
        .entries
        .iter()
        .map(|entry| entry.target.to_string())
        .collect();
    assert_eq!(names, ["b:1", "c:1", "y:1"]);
}

#[test]
fn a_tag_that_is_declared_as_well_is_one_image() {
    let mut desired = desired(&[("x:1", "x:1")], vec![family("x", "x:*", "*", 1)]);
    desired.choose(vec![Some(taken(&["1", "2"]))]);
    assert_eq!(
        names(&desired),
        ["docker.io/library/x:1 x:1", "docker.io/library/x:2 x:2"]
    );
}

/// Neither takes the other's place unseen.
#[test]
fn rules_that_choose_the_name_of_another_image_choose_nothing() {
    let is_taken = |desired: &Desired, name: &str| {
        let last = desired.families.last().unwrap();
        let Choice::Failed(why) = &last.choice else {
            return false;
        };
        matches!(&**why, NoChoice::NameTaken { name: taken, .. } if taken.to_string() == name)
    };
    let mut one = desired(&[("other:1", "x:1")], vec![family("x", "x:*", "*", 1)]);
    one.choose(vec![Some(taken(&["2", "1"]))]);
    assert!(is_taken(&one, "x:1"), "{one:?}");
    assert_eq!(one.entries.len(), 1);
    // Of two families the first has it.
    let families = vec![family("x", "web:*", "*", 0), family("y", "web:*", "*", 0)];
    let mut two = desired(&[], families);
    two.choose(vec![Some(taken(&["1"])), Some(taken(&["2", "1"]))]);
    assert!(is_taken(&two, "web:1"), "{two:?}");
    assert_eq!(
        names(&two),
        ["docker.io/library/x:1 web:1", "docker.io/library/y:* web:*"]
    );
    // Whose name has no room for the tag has one name for all.
    let mut same = family("x", "web:v*", "*", 0);
    same.any.target.tag = "v1".to_owned();
    let mut three = desired(&[], vec![same]);
    three.choose(vec![Some(taken(&["1", "2"]))]);
    assert!(is_taken(&three, "web:v1"), "{three:?}");
}

#[test]
fn a_family_without_tags_is_blocked_and_may_have_every_name() {
    let mut desired = desired(&[("a:1", "a:1")], vec![family("x", "web:x-*", "*", 0)]);
    let failed = Choice::Failed(NoChoice::Absent(Absence::Plain).into());
    desired.choose(vec![Some(failed)]);
    let plan = plan(&desired, crate::plan::ClassifiedImages::new());
    let told: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.target.to_string())
        .collect();
    assert_eq!(told, ["web:x-*", "a:1"]);
    let reason = plan.changes[0].action.block_reason();
    assert_eq!(reason, Some(&BlockReason::SourceAbsent(Absence::Plain)));
    let declared = desired.targets();
    for (name, is_declared) in [
        ("web:x-1", true),
        ("web:y-1", false),
        ("a:1", true),
        ("a:2", false),
    ] {
        assert_eq!(
            declared.contains(&name.parse().unwrap()),
            is_declared,
            "{name}"
        );
    }
}

#[test]
fn a_lock_settles_the_tags_while_the_rules_are_the_same() {
    let x = family("x", "x:*", "*", 0);
    let locked = LockedFamily {
        source: x.repository().clone(),
        rules: x.rules(),
        tags: vec!["1".to_owned()],
    };
    let lock = Lock {
        families: [(x.name().clone(), locked)].into(),
        ..Lock::default()
    };
    let state = |family: Family| {
        let mut desired = desired(&[], vec![family.clone()]);
        desired.lock = Some(lock.clone());
        desired.choose_locked(|_| true);
        assert_eq!(
            desired.entries.len(),
            usize::from(!desired.families[0].is_unsettled())
        );
        desired.family_state(&family)
    };
    assert_eq!(state(x.clone()), LockState::Locked);
    assert_eq!(
        state(family("x", "x:*", "1*", 0)),
        LockState::Changed(Misfit::Tags)
    );
    assert_eq!(
        state(family("y", "x:*", "*", 0)),
        LockState::Changed(Misfit::Source)
    );
    assert_eq!(state(family("x", "y:*", "*", 0)), LockState::New);
    for changed in [
        Selection {
            literals: vec!["stable".to_owned()],
            ..x.selection.clone()
        },
        Selection {
            min: Some(1),
            ..x.selection.clone()
        },
        Selection {
            max: Some(9),
            ..x.selection.clone()
        },
    ] {
        let selection = changed.clone();
        assert_eq!(
            state(Family {
                selection,
                ..x.clone()
            }),
            LockState::Changed(Misfit::Tags),
            "{changed:?}"
        );
    }
}

#[test]
fn names_have_room_for_a_tag() {
    for (name, is_one) in [
        ("nginx:*", true),
        ("base:nginx-*", true),
        ("*:latest", true),
        ("nginx:1", false),
        ("nginx", false),
        ("*", false),
        ("a b:*", false),
    ] {
        let parsed = Family::parse_name(name);
        assert_eq!(parsed.is_ok(), is_one, "{name}");
        if let Ok(parsed) = parsed {
            assert_eq!(parsed.to_string(), name);
        }
    }
}
