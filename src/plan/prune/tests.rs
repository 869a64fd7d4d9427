use crate::model::{Cause, Failure, Platforms};
use crate::plan::Absence;
use crate::plan::fixtures::{copy, descriptor, entry, locked, origin, target};

use super::*;

fn name(tag: &str) -> TargetName {
    format!("app:{tag}").parse().unwrap()
}

fn empty_plan(kind: &str) -> Plan {
    Plan {
        target: target(kind),
        changes: vec![],
    }
}

fn pruned(mut plan: Plan, tags: &[(&str, Observation<Descriptor>)], limit: usize) -> Plan {
    let undeclared: Vec<_> = tags
        .iter()
        .map(|(tag, _)| (name(tag), locked(tag)))
        .collect();
    let observed = tags
        .iter()
        .map(|(tag, found)| (name(tag), found.clone()))
        .collect();
    prune(&mut plan, &undeclared, &observed, limit, |_| origin(1));
    plan
}

fn create(tag: &str, content: &str) -> Change {
    let after = copy(content);
    Change {
        platforms: Platforms::All,
        ..Change::of(
            &entry("org/app:1", &format!("app:{tag}")),
            Action::Create { after },
        )
    }
}

#[test]
fn a_tag_is_deleted_only_while_it_holds_what_the_lock_records() {
    let why = Failure::for_test(Cause::Denied);
    let tags = [
        ("ours", Observation::Present(descriptor("ours"))),
        ("theirs", Observation::Present(descriptor("other"))),
        ("gone", Observation::Absent(Absence::Plain)),
        ("unseen", Observation::Unreadable(why.clone())),
    ];
    let plan = pruned(empty_plan("generic"), &tags, PRUNE_LIMIT);
    let actions: Vec<_> = plan
        .changes
        .into_iter()
        .map(|c| (c.target.tag, c.action))
        .collect();
    let blocked = |before, reason| Action::Blocked { before, reason };
    let locked = descriptor("theirs").digest;
    assert_eq!(
        actions,
        [
            (
                "ours".to_owned(),
                Action::Delete {
                    before: descriptor("ours"),
                    renamed_to: None
                }
            ),
            (
                "theirs".to_owned(),
                blocked(Some(descriptor("other")), BlockReason::NotOurs { locked })
            ),
            (
                "unseen".to_owned(),
                blocked(None, BlockReason::TargetUnreadable(why))
            ),
        ]
    );
}

#[test]
fn past_the_limit_nothing_is_deleted() {
    let present = |tag| (tag, Observation::Present(descriptor(tag)));
    let tags = [
        present("a"),
        present("b"),
        ("c", Observation::Absent(Absence::Plain)),
    ];
    let summary = |limit| {
        let plan = pruned(empty_plan("generic"), &tags, limit);
        let summary = plan.summary();
        (summary.delete, summary.blocked)
    };
    assert_eq!(summary(2), (2, 0));
    assert_eq!(summary(1), (0, 2));
    assert_eq!(summary(0), (0, 2));
}

#[test]
fn a_registry_that_cannot_delete_is_not_asked_to() {
    let mut plan = empty_plan("generic");
    plan.target.profile.delete = Some(false);
    let tags = [("a", Observation::Present(descriptor("a")))];
    let plan = pruned(plan, &tags, PRUNE_LIMIT);
    assert!(matches!(
        plan.changes[0].action,
        Action::Blocked {
            reason: BlockReason::CannotDelete,
            ..
        }
    ));
}

#[test]
fn the_same_image_under_another_name_is_a_rename_once() {
    let mut plan = empty_plan("generic");
    plan.changes = vec![create("new", "a"), create("other", "z")];
    let tags = ["a", "b"].map(|tag| (tag, Observation::Present(descriptor(tag))));
    let plan = pruned(plan, &tags, PRUNE_LIMIT);
    let renamed = |position: usize| match &plan.changes[position].action {
        Action::Delete { renamed_to, .. } => renamed_to.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((renamed(2), renamed(3)), (Some(name("new")), None));
}

#[test]
fn the_last_name_of_an_image_stays_while_its_new_one_is_blocked() {
    let blocked = |held: Option<&str>, platforms: Platforms| {
        let mut change = create("new", "a");
        change.platforms = platforms;
        change.action = Action::Blocked {
            before: held.map(descriptor),
            reason: BlockReason::SourceAbsent(Absence::Plain),
        };
        change
    };
    let missing = || BlockReason::NewNameMissing { name: name("new") };
    for (held, platforms, reason) in [
        (None, Platforms::All, Some(missing())),
        (Some("other"), Platforms::All, Some(missing())),
        (Some("a"), Platforms::All, None),
        (None, Platforms::linux_amd64(), None),
    ] {
        let mut plan = empty_plan("generic");
        plan.changes = vec![blocked(held, platforms)];
        let tags = [("a", Observation::Present(descriptor("a")))];
        let plan = pruned(plan, &tags, PRUNE_LIMIT);
        let found = plan.changes[1].action.block_reason();
        assert_eq!(found, reason.as_ref(), "{held:?}");
    }
}

#[test]
fn what_follows_an_image_by_now_is_not_deleted() {
    let mut plan = empty_plan("generic");
    plan.changes = vec![create("a.sig", "signature")];
    let tags = [("a.sig", Observation::Present(descriptor("a.sig")))];
    let plan = pruned(plan, &tags, PRUNE_LIMIT);
    assert_eq!(plan.changes, [create("a.sig", "signature")]);
}
