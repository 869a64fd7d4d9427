//! The output, word by word.

use insta::assert_snapshot;
use pusher::plan::{Action, Plan};
use pusher::render::{Format, View};

use super::fixtures::{FORMATS, coloured, copy, every_change, every_outcome, plan_of, verbose};
use super::{drift, plan, report};

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
fn bytes_that_were_not_counted_are_not_promised() {
    let mut plan_ = every_change();
    plan_.changes.truncate(2);
    let text = plan(&plan_, Format::Human, &View::default());
    assert!(
        text.ends_with("Up to 3.5 MiB to copy, and 1 image of unknown size.\n"),
        "{text}"
    );
    plan_.changes.remove(0);
    let text = plan(&plan_, Format::Human, &View::default());
    assert!(!text.contains("to copy"), "{text}");
    plan_.changes[0].action = Action::Create {
        after: copy("b", Some(1)),
    };
    let text = plan(&plan_, Format::Human, &View::default());
    assert!(text.ends_with("\nUp to 1 B to copy.\n"), "{text}");
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
