use std::collections::HashSet;

use indexmap::IndexMap;

use crate::model::{Cause, Descriptor, Failure, ManifestError};
use crate::plan::Absence;
use crate::plan::expected::CannotMirror;
use crate::plan::fixtures::{copy, descriptor, entry, locked, origin, target};
use crate::plan::lock::Lock;
use crate::plan::target::TargetName;

use super::DriftKind::{
    Blocked, Differs, NotDeclared, SourceMissing, TargetChanged, TargetMissing, Unreadable,
    UpstreamMoved,
};
use super::LockState::{Locked, NoLock};
use super::*;

fn silent() -> Failure {
    Failure::for_test(Cause::Unreachable)
}

fn create() -> Action {
    Action::Create {
        after: copy("declared"),
    }
}

fn update() -> Action {
    Action::Update {
        before: descriptor("another"),
        after: copy("declared"),
    }
}

fn no_op() -> Action {
    Action::in_place(descriptor("declared"))
}

fn change(name: &str, lock: LockState, action: Action) -> Change {
    Change {
        lock,
        ..Change::of(
            &entry(&format!("org/{name}:1"), &format!("{name}:1")),
            action,
        )
    }
}

fn plan_of(changes: Vec<Change>) -> Plan {
    Plan {
        target: target("generic"),
        changes,
    }
}

/// What is known of one image whose source is locked and is now as `current` says.
fn evidence(current: Option<Observation<Descriptor>>) -> Evidence {
    let upstream = current.map(|current| {
        let name = change("app", Locked, no_op()).target;
        let upstream = Upstream {
            locked: descriptor("locked").digest,
            expected: descriptor("declared"),
            current,
        };
        (name, upstream)
    });
    Evidence {
        locked: true,
        upstream: upstream.into_iter().collect(),
        families: vec![],
        undeclared: vec![],
        unasked: HashSet::new(),
        whence: IndexMap::new(),
    }
}

#[test]
fn every_change_is_of_one_kind() {
    let source_silent = || Action::blocked(BlockReason::SourceUnreadable(silent()));
    let target_silent = || Action::blocked(BlockReason::TargetUnreadable(silent()));
    let refused = || {
        Action::blocked(BlockReason::CannotMirror(CannotMirror::Manifest(
            ManifestError::Schema1,
        )))
    };
    let there = |content| Some(Observation::Present(descriptor(content)));
    let gone = || Some(Observation::Absent(Absence::Plain));
    let unread = || Some(Observation::Unreadable(silent()));
    for (lock, action, upstream, kinds) in [
        (NoLock, no_op(), None, &[][..]),
        (NoLock, create(), None, &[TargetMissing]),
        (NoLock, update(), None, &[Differs]),
        (
            NoLock,
            Action::blocked(BlockReason::SourceAbsent(Absence::Plain)),
            None,
            &[SourceMissing],
        ),
        (NoLock, source_silent(), None, &[Unreadable]),
        (NoLock, target_silent(), None, &[Unreadable]),
        (
            NoLock,
            Action::blocked(BlockReason::NotObserved),
            None,
            &[Unreadable],
        ),
        (NoLock, refused(), None, &[Blocked]),
        (Locked, no_op(), there("locked"), &[]),
        (Locked, no_op(), there("moved"), &[UpstreamMoved]),
        (Locked, no_op(), gone(), &[SourceMissing]),
        (Locked, no_op(), unread(), &[Unreadable]),
        (Locked, update(), there("locked"), &[TargetChanged]),
        (
            Locked,
            update(),
            there("moved"),
            &[TargetChanged, UpstreamMoved],
        ),
        (Locked, create(), unread(), &[TargetMissing, Unreadable]),
        (
            Locked,
            target_silent(),
            there("moved"),
            &[Unreadable, UpstreamMoved],
        ),
    ] {
        assert_kinds(lock, action, upstream, kinds);
    }
}

fn assert_kinds(
    lock: LockState,
    action: Action,
    upstream: Option<Observation<Descriptor>>,
    kinds: &[DriftKind],
) {
    let plan = plan_of(vec![change("app", lock, action)]);
    let drift = Drift::of(&plan, &evidence(upstream), &[]);
    let found: Vec<_> = drift.found.iter().map(|found| found.kind).collect();
    assert_eq!(found, kinds, "{:?}", plan.changes[0].action);
    assert_eq!(drift.in_place, usize::from(kinds.is_empty()));
    assert_eq!(drift.is_unsure(), kinds.contains(&Unreadable));
    assert_eq!(
        drift.has_drifted(),
        kinds.iter().any(|kind| *kind != Unreadable)
    );
}

#[test]
fn a_locked_image_is_told_once_by_whoever_tells_of_it() {
    let source_silent = || Action::blocked(BlockReason::SourceUnreadable(silent()));
    let target_silent = || Action::blocked(BlockReason::TargetUnreadable(silent()));
    let absent = || Action::blocked(BlockReason::SourceAbsent(Absence::Plain));
    let both_silent = || {
        let (source, target) = (silent(), silent());
        Action::blocked(BlockReason::BothUnreadable { source, target })
    };
    let referrers_silent = || Action::blocked(BlockReason::ReferrersUnreadable(silent()));
    let over = |action: Action| Action::Blocked {
        before: Some(descriptor("another")),
        reason: action.block_reason().unwrap().clone(),
    };
    let there = |content| Some(Observation::Present(descriptor(content)));
    let gone = || Some(Observation::Absent(Absence::Plain));
    let unread = || Some(Observation::Unreadable(silent()));
    for (lock, action, upstream, kinds) in [
        // The locked digest cannot be read either, and what the target should hold is known.
        (
            Locked,
            source_silent(),
            unread(),
            &[TargetMissing, Unreadable][..],
        ),
        (
            Locked,
            over(source_silent()),
            unread(),
            &[TargetChanged, Unreadable],
        ),
        (
            Locked,
            source_silent(),
            there("locked"),
            &[TargetMissing, Unreadable],
        ),
        (
            Locked,
            source_silent(),
            there("moved"),
            &[TargetMissing, Unreadable, UpstreamMoved],
        ),
        (Locked, absent(), gone(), &[TargetMissing, SourceMissing]),
        (
            Locked,
            absent(),
            there("moved"),
            &[TargetMissing, SourceMissing, UpstreamMoved],
        ),
        (Locked, target_silent(), unread(), &[Unreadable]),
        (Locked, both_silent(), unread(), &[Unreadable]),
        // What follows a locked image stands under its name.
        (NoLock, referrers_silent(), there("moved"), &[Unreadable]),
    ] {
        assert_kinds(lock, action, upstream, kinds);
    }
}

#[test]
fn what_was_not_read_is_told_where_it_may_be_of_a_kind_that_is_asked_for() {
    let source_silent = || Action::blocked(BlockReason::SourceUnreadable(silent()));
    let target_silent = || Action::blocked(BlockReason::TargetUnreadable(silent()));
    let moved = || Some(Observation::Present(descriptor("moved")));
    let unread = || Some(Observation::Unreadable(silent()));
    for (lock, action, upstream, asked, kinds) in [
        (
            NoLock,
            source_silent(),
            None,
            TargetMissing,
            &[Unreadable][..],
        ),
        (NoLock, source_silent(), None, Blocked, &[Unreadable]),
        (NoLock, source_silent(), None, NotDeclared, &[]),
        (NoLock, target_silent(), None, TargetMissing, &[Unreadable]),
        (NoLock, target_silent(), None, SourceMissing, &[]),
        (Locked, no_op(), unread(), UpstreamMoved, &[Unreadable]),
        (Locked, no_op(), unread(), TargetMissing, &[]),
        (
            Locked,
            target_silent(),
            moved(),
            UpstreamMoved,
            &[UpstreamMoved],
        ),
        (Locked, create(), unread(), TargetMissing, &[TargetMissing]),
        (Locked, create(), None, Unreadable, &[]),
        (
            Locked,
            source_silent(),
            unread(),
            TargetMissing,
            &[TargetMissing],
        ),
        (Locked, source_silent(), unread(), TargetChanged, &[]),
        (
            Locked,
            source_silent(),
            unread(),
            SourceMissing,
            &[Unreadable],
        ),
        (
            Locked,
            target_silent(),
            unread(),
            TargetMissing,
            &[Unreadable],
        ),
    ] {
        let plan = plan_of(vec![change("app", lock, action)]);
        let drift = Drift::of(&plan, &evidence(upstream), &[asked]);
        let found: Vec<_> = drift.found.iter().map(|found| found.kind).collect();
        assert_eq!(found, kinds, "{asked:?}: {:?}", plan.changes[0].action);
        // Asked for or not: it is not in place.
        assert_eq!(drift.in_place, 0, "{asked:?}");
    }
}

#[test]
fn what_is_not_declared_is_told_last() {
    let plan = plan_of(vec![change("app", Locked, create())]);
    let target_silent = Action::blocked(BlockReason::TargetUnreadable(silent()));
    let undeclared = vec![
        change("left", Locked, no_op()),
        change("silent", Locked, target_silent),
    ];
    let evidence = Evidence {
        undeclared,
        ..evidence(None)
    };
    let kinds = |asked: &[_]| {
        let drift = Drift::of(&plan, &evidence, asked);
        let found = drift.found.iter().map(|found| found.kind);
        found.collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[]), [TargetMissing, NotDeclared, Unreadable]);
    assert_eq!(kinds(&[NotDeclared]), [NotDeclared, Unreadable]);
}

#[test]
fn of_what_is_not_declared_only_what_is_gone_for_sure_is_left_out() {
    let held = [
        ("kept", Some(Observation::Present(descriptor("kept")))),
        ("gone", Some(Observation::Absent(Absence::Plain))),
        ("silent", Some(Observation::Unreadable(silent()))),
        ("unasked", None),
    ];
    let name = |name: &str| format!("{name}:1").parse::<TargetName>().unwrap();
    let undeclared = held.iter().map(|(of, _)| (name(of), locked(of))).collect();
    let told = held
        .iter()
        .filter_map(|(of, held)| Some((name(of), held.clone()?)))
        .collect();
    let lock = Lock {
        images: [(name("app"), locked("app"))].into(),
        ..Lock::default()
    };
    let current_tags =
        [name("app"), name("new")].map(|of| (of, Observation::Absent(Absence::Plain)));
    let found = Evidence::of(&lock, current_tags.into(), &[], undeclared, &told, |_| {
        origin(7)
    });
    assert_eq!(found.upstream.keys().collect::<Vec<_>>(), [&name("app")]);
    let left: Vec<_> = found
        .undeclared
        .into_iter()
        .map(|change| (change.target, change.origin.line, change.action))
        .collect();
    let current = descriptor("kept");
    let silent = BlockReason::TargetUnreadable(silent());
    assert_eq!(
        left,
        [
            (name("kept"), 7, Action::in_place(current)),
            (name("silent"), 7, Action::blocked(silent)),
        ]
    );
}
