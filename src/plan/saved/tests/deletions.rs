//! A saved plan deletes what it says, of what the files and the lock say now.

use crate::plan::prune::prune;

use super::*;
use crate::plan::Absence;

/// What the lock records and the files no longer declare, by its name and content.
fn recorded(tags: &[(&str, &str)]) -> Vec<(TargetName, LockedImage)> {
    let locked = |content: &str| LockedImage {
        source: "org/app:1".parse().unwrap(),
        source_digest: descriptor(content).digest,
        platforms: Platforms::linux_amd64(),
        expected: descriptor(content),
        rule: String::new(),
    };
    let tags = tags.iter();
    tags.map(|(name, content)| (target_name(name), locked(content)))
        .collect()
}

/// What the files, the lock and the registries say at a moment.
struct Moment<'a> {
    desired: &'a Desired,
    undeclared: &'a [(TargetName, LockedImage)],
    images: ClassifiedImages,
    /// What the target holds of the undeclared; what is not named is unreadable.
    held: Vec<(&'a str, Option<&'a str>)>,
    limit: usize,
}

impl Moment<'_> {
    fn declared<'a>(&'a self, files: &'a [FileDigest]) -> Declared<'a> {
        Declared {
            desired: self.desired,
            files,
            prune: false,
            undeclared: self.undeclared,
        }
    }

    fn plan(&self, desired: &Desired) -> Plan {
        let mut made = plan(desired, self.images.clone());
        let held = |name: &TargetName| {
            let known = self.held.iter().find(|(held, _)| name.repository == *held);
            match known {
                None => unreadable(),
                Some((_, None)) => Observation::Absent(Absence::Plain),
                Some((_, Some(content))) => Observation::Present(descriptor(content)),
            }
        };
        let names = self.undeclared.iter().map(|(name, _)| name);
        let found = names.map(|name| (name.clone(), held(name))).collect();
        let origin = |_: &TargetName| DeclaredAt {
            file: "mirror.lock".into(),
            line: 1,
        };
        prune(&mut made, self.undeclared, &found, self.limit, origin);
        made
    }

    fn saved(&self) -> SavedPlan {
        let plan = self.plan(self.desired);
        SavedPlan {
            prune: true,
            ..SavedPlan::of(self.desired, &plan, files("a"))
        }
    }

    fn left(&self, saved: &SavedPlan) -> Vec<String> {
        let files = files("a");
        let pinned = pin(saved, self.declared(&files)).unwrap();
        let anew = self.plan(&pinned.desired);
        let plan = confirm(saved, &pinned, anew, &ObservedTags::default()).unwrap();
        let told = plan.changes.iter().map(|change| {
            let action = match &change.action {
                Action::Create { .. } => "create".to_owned(),
                Action::NoOp { .. } => "no-op".to_owned(),
                Action::Update { .. } => "update".to_owned(),
                Action::Delete { renamed_to, .. } => match renamed_to {
                    Some(name) => format!("renamed to {name}"),
                    None => "delete".to_owned(),
                },
                Action::Blocked { reason, .. } => match reason {
                    BlockReason::NotOurs { .. } => "not ours",
                    BlockReason::TargetUnreadable(_) => "unreadable",
                    BlockReason::BlockedWhenPlanned => "blocked when planned",
                    BlockReason::PruneLimit { .. } => "past the limit",
                    BlockReason::NewNameMissing { .. } => "new name missing",
                    BlockReason::TargetMoved { .. } => "stale",
                    BlockReason::SourceUnreadable(_) => "source unreadable",
                    other => panic!("{other:?}"),
                }
                .to_owned(),
            };
            format!("{} {action}", change.target.repository)
        });
        told.collect()
    }
}

#[test]
fn what_was_planned_is_deleted_while_all_say_so() {
    let desired = desired(&[]);
    let undeclared = recorded(&[("old", "old")]);
    let at = |held: Option<Option<&'static str>>| Moment {
        desired: &desired,
        undeclared: &undeclared,
        images: ClassifiedImages::default(),
        held: held.map(|content| ("old", content)).into_iter().collect(),
        limit: 10,
    };
    let (ours, theirs, gone) = (Some(Some("old")), Some(Some("theirs")), Some(None));
    for (then, later, outcome) in [
        (ours, ours, &["old delete"][..]),
        (ours, gone, &[]),
        (ours, theirs, &["old not ours"]),
        (ours, None, &["old unreadable"]),
        // Nobody has seen that it would go.
        (gone, ours, &[]),
        (theirs, ours, &["old blocked when planned"]),
        (theirs, gone, &[]),
        (None, ours, &["old blocked when planned"]),
    ] {
        let left = at(later).left(&at(then).saved());
        assert_eq!(left, outcome, "{then:?}, {later:?}");
    }
}

#[test]
fn the_limit_counts_what_the_files_and_the_lock_say() {
    let desired = desired(&[]);
    let undeclared = recorded(&[("one", "one"), ("two", "two")]);
    let at = |limit| Moment {
        desired: &desired,
        undeclared: &undeclared,
        images: ClassifiedImages::default(),
        held: vec![("one", Some("one")), ("two", Some("two"))],
        limit,
    };
    let mut saved = at(2).saved();
    assert_eq!(at(2).left(&saved), ["one delete", "two delete"]);
    // Whoever edits a plan cannot stay below it with a part of them.
    saved.changes.shift_remove("two:1");
    assert_eq!(at(2).left(&saved), ["one delete"]);
    assert_eq!(at(1).left(&saved), ["one past the limit"]);
}

#[test]
fn an_old_name_goes_when_the_new_one_is_there() {
    let desired = desired(&["new"]);
    let undeclared = recorded(&[("old", "app")]);
    let at = |image: ObservedImage| Moment {
        desired: &desired,
        undeclared: &undeclared,
        images: observed("new", image),
        held: vec![("old", Some("app"))],
        limit: 10,
    };
    let app = Some("app");
    let saved = at(image(app, None)).saved();
    let unread = || ObservedImage {
        source: unreadable(),
        ..image(None, None)
    };
    for (later, outcome) in [
        (image(app, None), ["new create", "old renamed to new:1"]),
        (image(app, app), ["new no-op", "old delete"]),
        (unread(), ["new source unreadable", "old new name missing"]),
        (
            image(app, Some("theirs")),
            ["new stale", "old new name missing"],
        ),
    ] {
        assert_eq!(at(later).left(&saved), outcome);
    }
    // It was there when the plan was made, and is gone by now: the old name is the last one.
    let saved = at(image(app, app)).saved();
    let left = at(image(app, None)).left(&saved);
    assert_eq!(left, ["new stale", "old new name missing"]);
}

#[test]
fn what_the_files_and_the_lock_do_not_say_is_never_deleted() {
    let desired = desired(&["app"]);
    let undeclared = recorded(&[("old", "old")]);
    let moment = Moment {
        desired: &desired,
        undeclared: &undeclared,
        images: observed("app", image(Some("app"), None)),
        held: vec![("old", Some("old"))],
        limit: 10,
    };
    let good = moment.saved();
    let files = files("a");
    let refused = |edit: &dyn Fn(&mut SavedPlan)| {
        let mut forged = good.clone();
        edit(&mut forged);
        let found = pin(&forged, moment.declared(&files)).unwrap_err();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let delete = |content: &str| {
        SavedChange::Delete(SavedDeletion {
            before: descriptor(content).digest,
            renamed_to: None,
        })
    };
    let put = |name: &'static str, content: &'static str| {
        refused(&|plan| drop(plan.changes.insert(name.to_owned(), delete(content))))
    };
    assert_eq!(
        put("app:1", "app"),
        ["it deletes `app:1`, which the files declare"]
    );
    assert_eq!(
        put("theirs:1", "theirs"),
        ["it deletes `theirs:1`, which the lock does not record"]
    );
    let (planned, locked) = (descriptor("theirs").digest, descriptor("old").digest);
    assert_eq!(
        put("old:1", "theirs"),
        [format!(
            "it deletes `old:1` where that holds `{planned}`, and the lock records `{locked}`"
        )]
    );
    let mut asked = moment.declared(&files);
    asked.prune = true;
    assert!(pin(&good, asked).is_ok());
    let mut without = good.clone();
    without.prune = false;
    assert_eq!(pin(&without, asked).unwrap_err(), [Mismatch::WithoutPrune]);
}

type Edit = dyn Fn(&mut serde_json::Value);

#[test]
fn a_file_has_no_deletion_but_as_it_was_planned() {
    let desired = desired(&["other", "new"]);
    let undeclared = recorded(&[("gone", "gone"), ("old", "app")]);
    let other = image(Some("other"), None);
    let new = image(Some("app"), None);
    let names = ["other", "new"].map(target_name);
    let moment = Moment {
        desired: &desired,
        undeclared: &undeclared,
        images: names.into_iter().zip([other.into(), new.into()]).collect(),
        held: vec![("gone", Some("gone")), ("old", Some("app"))],
        limit: 10,
    };
    let good = moment.saved();
    let document = serde_json::to_value(PlanFile::of(std::slice::from_ref(&good))).unwrap();
    assert_eq!(
        read(&document.to_string()).unwrap(),
        std::slice::from_ref(&good)
    );
    assert_eq!(document["changes"][2]["target"], "gone:1");
    assert_eq!(document["changes"][3]["renamed_to"], "new:1");
    let refused = |edit: &Edit| {
        let mut forged = document.clone();
        edit(&mut forged);
        match read(&forged.to_string()) {
            Err(PlanFileError::Impossible(why)) => why.english().to_owned(),
            other => panic!("{other:?}"),
        }
    };
    let deletes = "it deletes `gone:1`, and was made without `--prune`";
    assert_eq!(refused(&|plan| plan["prune"] = false.into()), deletes);
    let prune_left_out = |plan: &mut serde_json::Value| {
        plan.as_object_mut().unwrap().remove("prune");
    };
    assert_eq!(refused(&prune_left_out), deletes);
    let rename = "the new name of `old:1` and what is created disagree";
    for name in ["other:1", "evil:1"] {
        let edit = |plan: &mut serde_json::Value| plan["changes"][3]["renamed_to"] = name.into();
        assert_eq!(refused(&edit), rename);
    }
    assert_eq!(
        refused(&|plan| plan["changes"][3]["renamed_to"] = serde_json::Value::Null),
        rename
    );
    let renamed: &Edit = &|plan| plan["changes"][2]["renamed_to"] = "new:1".into();
    assert_eq!(
        refused(renamed),
        "the new name of `gone:1` and what is created disagree"
    );
    let fields: &Edit = &|plan| plan["changes"][2]["source"] = plan["changes"][2]["before"].take();
    assert_eq!(
        refused(fields),
        "the action of the target `gone:1` and its other fields disagree"
    );
}
