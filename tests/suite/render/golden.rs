//! The output, word by word.

use std::collections::HashSet;

use insta::assert_snapshot;
use pusher::plan::{Action, Inventory, Plan};
use pusher::render::{Format, View};

use super::fixtures::{
    FORMATS, change, coloured, copy, descriptor, every_change, every_outcome, plan_of, verbose,
};
use super::{drift, plan, plan_at, report};

#[test]
fn plans() {
    let view = View::default();
    assert_snapshot!("plan_human", plan(&every_change(), Format::Human, &view));
    assert_snapshot!("plan_json", plan(&every_change(), Format::Json, &view));
    assert_snapshot!(
        "plan_markdown",
        plan(&every_change(), Format::Markdown, &view)
    );
}

#[test]
fn reports() {
    let view = View::default();
    assert_snapshot!(
        "report_human",
        report(&every_outcome(), Format::Human, &view)
    );
    assert_snapshot!("report_json", report(&every_outcome(), Format::Json, &view));
    assert_snapshot!(
        "report_markdown",
        report(&every_outcome(), Format::Markdown, &view)
    );
}

#[test]
fn drifts() {
    let view = View::default();
    assert_snapshot!("drift_human", drift(&every_change(), Format::Human, &view));
    assert_snapshot!("drift_json", drift(&every_change(), Format::Json, &view));
    assert_snapshot!(
        "drift_markdown",
        drift(&every_change(), Format::Markdown, &view)
    );
}

#[test]
fn digests_that_begin_alike_are_told_apart() {
    let alike = |last: char| format!("sha256:{}{last}{}", "a".repeat(20), "0".repeat(43));
    let (mut before, mut after) = (descriptor("old"), copy("new", None));
    before.digest = alike('1').parse().unwrap();
    after.expected.descriptor.digest = alike('2').parse().unwrap();
    let action = Action::Update { before, after };
    let updated = plan_of(vec![change(1, "redis:7", "redis:7", action)]);
    let [one, other] = ['1', '2'].map(|last| alike(last)[..28].to_owned());
    for format in [Format::Human, Format::Markdown] {
        for text in [
            plan(&updated, format, &View::default()),
            drift(&updated, format, &View::default()),
        ] {
            assert!(text.contains(&one) && text.contains(&other), "{text}");
        }
    }
}

#[test]
fn annotations() {
    let view = View::default();
    let github = Format::Github;
    assert_snapshot!("plan_github", plan(&every_change(), github, &view));
    assert_snapshot!("report_github", report(&every_outcome(), github, &view));
    assert_snapshot!("drift_github", drift(&every_change(), github, &view));
    assert_eq!(plan(&in_place(), github, &view), "");
}

/// What is in place, and nothing else.
fn in_place() -> Plan {
    let mut plan = every_change();
    plan.changes
        .retain(|change| matches!(change.action, Action::NoOp { .. }));
    plan
}

#[test]
fn nothing_to_do_is_one_line_below_the_target() {
    let view = View::default();
    assert_snapshot!(plan(&in_place(), Format::Human, &view), @r"
    Target: registry.cn-hangzhou.aliyuncs.com/team (profile acr-personal)

    Nothing to do: 1 image is in place.
    ");
    assert_snapshot!(drift(&in_place(), Format::Human, &view), @r"
    Target: registry.cn-hangzhou.aliyuncs.com/team (profile acr-personal)

    No drift: 1 image is in place.
    ");
    assert_snapshot!(plan(&plan_of(vec![]), Format::Human, &view), @r"
    Target: registry.cn-hangzhou.aliyuncs.com/team (profile acr-personal)

    Nothing to do: no image is declared.
    ");
}

#[test]
fn what_is_in_place_is_shown_when_asked_for() {
    assert_snapshot!(plan(&in_place(), Format::Human, &verbose()), @r"
    Target: registry.cn-hangzhou.aliyuncs.com/team (profile acr-personal)

      = busybox:latest  unchanged
          from docker.io/library/busybox:latest for linux/amd64 (images.txt:5)

    Nothing to do: 1 image is in place.
    ");
}

#[test]
fn a_rename_is_one_change() {
    let mut plan_ = every_change();
    plan_.changes.truncate(1);
    let before = plan_.changes[0].action.copy().unwrap();
    let before = before.expected.descriptor.clone();
    let delete = |renamed_to| Action::Delete {
        before: before.clone(),
        renamed_to,
    };
    let new_name = plan_.changes[0].target.clone();
    for (name, renamed_to) in [("old:1", Some(new_name)), ("gone:1", None)] {
        let mut change = change(9, "alpine:3.20", name, delete(renamed_to));
        change.origin.file = "mirror.lock".into();
        plan_.changes.push(change);
    }
    let view = View::default();
    assert_snapshot!("rename_human", plan(&plan_, Format::Human, &view));
    assert_snapshot!("rename_markdown", plan(&plan_, Format::Markdown, &view));
    let json = plan(&plan_, Format::Json, &view);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let counts = ["create", "delete", "rename"].map(|key| json["summary"][key].as_u64());
    assert_eq!(counts, [Some(1), Some(2), Some(1)]);
    assert_eq!(json["changes"].as_array().unwrap().len(), 3);
}

#[test]
fn what_was_not_counted_is_not_promised() {
    let cost = |plan: &Plan, target: Option<&Inventory>| {
        let text = plan_at(plan, target, Format::Human, &View::default());
        let begins = text.find("Cost:").unwrap();
        text[begins..].replace('\n', " ")
    };
    let mut plan = every_change();
    plan.changes.truncate(3);
    plan.changes[2].target.repository = "alpine".to_owned();
    let repository = plan.target.repository(&plan.changes[0].target);
    let blob = plan.changes[0].action.copy().unwrap().contents.clone();
    let inventory = Inventory {
        new: HashSet::from([plan.target.repository(&plan.changes[1].target)]),
        blobs: HashSet::from([(repository, blob.unwrap().blobs[0].0.clone())]),
    };
    assert_snapshot!(cost(&plan, Some(&inventory)), @"Cost: 999 B of 3.5 MiB to copy, 1 image of unknown size, about 12 requests, 3 pulls (2 from docker.io, 1 from ghcr.io), 1 new repository (the images need 2 of 300).");
    assert_snapshot!(cost(&plan, Some(&Inventory::default())), @"Cost: 3.5 MiB to copy, 1 image of unknown size, about 15 requests, 3 pulls (2 from docker.io, 1 from ghcr.io).");
    assert_snapshot!(cost(&plan, None), @"Cost: up to 3.5 MiB to copy, 1 image of unknown size, 3 pulls (2 from docker.io, 1 from ghcr.io).");
    plan.changes.remove(0);
    plan.changes.truncate(1);
    assert_snapshot!(cost(&plan, Some(&inventory)), @"Cost: 1 image of unknown size, 1 pull from docker.io, 1 new repository (the images need 1 of 300).");
    assert_snapshot!(cost(&plan, None), @"Cost: 1 image of unknown size, 1 pull from docker.io.");
    plan.changes[0].action = Action::Create {
        after: copy("b", Some(1)),
    };
    assert_snapshot!(cost(&plan, None), @"Cost: up to 1 B to copy, 1 pull from docker.io.");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in FORMATS {
        let view = coloured();
        let once = plan(&every_change(), format, &view);
        assert_eq!(once, plan(&every_change(), format, &view));
        let once = report(&every_outcome(), format, &view);
        assert_eq!(once, report(&every_outcome(), format, &view));
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let stripped = |text: &str| {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
    };
    let (plain, colour) = (View::default(), coloured());
    for (plain, colour) in [
        (
            plan(&every_change(), Format::Human, &plain),
            plan(&every_change(), Format::Human, &colour),
        ),
        (
            report(&every_outcome(), Format::Human, &plain),
            report(&every_outcome(), Format::Human, &colour),
        ),
        (
            drift(&every_change(), Format::Human, &plain),
            drift(&every_change(), Format::Human, &colour),
        ),
    ] {
        assert_ne!(plain, colour);
        assert_eq!(plain, stripped(&colour));
    }
}
