//! A plan that is kept and taken up again says the same; where the world has moved on, no more than that.

use std::collections::HashMap;

use pusher::model::Digest;
use pusher::observe::tags;
use pusher::plan::saved::{Declared, PlanFile, confirm, lost, pin, read};
use pusher::plan::{Action, Change, FileDigest, Plan, SavedPlan};

use super::{Play, client};

/// Writes a plan down, and takes up what is left of it now.
pub(super) async fn taken_up(play: &Play, planned: &Plan) -> Plan {
    let desired = &play.world.desired;
    let files = vec![FileDigest {
        path: "images.txt".to_owned(),
        digest: Digest::sha256(b""),
    }];
    let saved = SavedPlan {
        prune: true,
        ..SavedPlan::of(desired, planned, files.clone())
    };
    let text = serde_json::to_string(&PlanFile::of(std::slice::from_ref(&saved))).unwrap();
    assert_eq!(read(&text).unwrap(), std::slice::from_ref(&saved));
    let undeclared = play.undeclared();
    let declared = Declared {
        desired,
        files: &files,
        prune: true,
        undeclared: &undeclared,
    };
    let pinned = pin(&saved, declared).unwrap();
    let anew = play.plan_for(&pinned.desired).await;
    let lost = lost(&saved, &pinned, &anew);
    let held = tags(&desired.target, lost, &client()).await;
    let left = confirm(&saved, &pinned, anew, &held).unwrap();
    assert_no_more(planned, &left);
    left
}

/// Returns what is done, and with which digests.
fn told(change: &Change) -> (&'static str, Option<&Digest>, Option<&Digest>) {
    let action = match change.action {
        Action::Create { .. } => "create",
        Action::Update { .. } => "update",
        Action::NoOp { .. } => "no-op",
        Action::Delete { .. } => "delete",
        Action::Blocked { .. } => "blocked",
    };
    let before = change.action.before().map(|before| &before.digest);
    let after = change.action.copy();
    (
        action,
        before,
        after.map(|after| &after.expected.descriptor.digest),
    )
}

/// Fails where something is done that was not planned, or with another digest.
fn assert_no_more(planned: &Plan, left: &Plan) {
    let planned: HashMap<_, _> = planned
        .changes
        .iter()
        .map(|change| (&change.target, told(change)))
        .collect();
    for change in &left.changes {
        let now = told(change);
        if !matches!(now.0, "no-op" | "blocked") {
            let planned = planned.get(&change.target);
            assert_eq!(planned, Some(&now), "{}", change.target);
        }
    }
}

/// Fails unless everything that is done is the same, and waits for the same.
pub(super) fn assert_same(planned: &Plan, left: &Plan) {
    assert_eq!(planned.changes.len(), left.changes.len(), "{left:?}");
    for (planned, left) in planned.changes.iter().zip(&left.changes) {
        assert_eq!(planned.target, left.target);
        let ((action, before, after), now) = (told(planned), told(left));
        // What the tag of a blocked image points to is not kept.
        let before = before.filter(|_| action != "blocked");
        let now = (now.0, now.1.filter(|_| action != "blocked"), now.2);
        assert_eq!((action, before, after), now, "{}", left.target);
    }
    assert_eq!(planned.renames(), left.renames());
}
