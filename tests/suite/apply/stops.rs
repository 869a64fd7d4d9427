//! Runs that are stopped: no tag is moved after that, nothing is left open, nothing is said that is not known.

use std::time::Duration;

use pusher::apply::apply;
use pusher::model::Platforms;
use pusher::plan::{NotDone, Outcome, Plan, Report};
use pusher::progress::Progress;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};
use tokio::sync::watch;

use super::world::{World, client};

const MIB: u64 = 1024 * 1024;

/// Twenty images with a large layer each, wanted.
async fn world() -> World {
    let mut world = World::new().await;
    for number in 0..20 {
        let name = format!("app{number}");
        let image = Image::new("linux/amd64").generated_layer(2 * MIB, number);
        image.push(&world.source, &name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    world
}

/// Carries a plan out and asks it to stop once `registry` was asked for something often enough.
pub(super) async fn stopped(
    plan: &Plan,
    registry: &Sandbox,
    (method, part): (&str, &str),
    count: usize,
) -> Report {
    let (sender, stop) = watch::channel(false);
    let (client, progress) = (client(), Progress::default());
    let stopper = async {
        while registry.log().count(method, part) < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sender.send(true).unwrap();
    };
    let (report, ()) = tokio::join!(apply(plan.clone(), None, &client, stop, &progress), stopper);
    assert!(report.interrupted && !report.is_success());
    report
}

pub(super) fn not_done(report: &Report) -> Vec<Option<NotDone>> {
    let why = |outcome: &Outcome| match outcome {
        Outcome::NotDone { why, .. } => Some(*why),
        _ => None,
    };
    report.outcomes.iter().map(why).collect()
}

#[tokio::test]
async fn uploads_that_a_stop_leaves_open_are_ended() {
    let slow = |effect| Fault::new("", "/blobs/", effect).always();
    let silent = Effect::StallBody { after: MIB };
    let late = Effect::Delay(Duration::from_millis(300));
    // The bytes are on their way; the upload is asked for, and its answer comes after the stop.
    for (at_source, at_target, asked) in [(Some(silent), None, "PUT"), (None, Some(late), "POST")] {
        let world = world().await;
        if let Some(effect) = at_source {
            world.source.faults().add(slow(effect));
        }
        if let Some(effect) = at_target {
            world.target.faults().add(slow(effect));
        }
        let plan = world.plan().await;
        let report = stopped(&plan, &world.target, (asked, "/blobs/uploads/"), 15).await;
        let opened = world.target.log().count("POST", "/blobs/uploads/");
        assert!(opened >= 15, "{opened}");
        assert_eq!(world.target.uploads(), 0, "{asked}: {opened} were opened");
        assert_eq!(not_done(&report), [Some(NotDone::Stopped); 20]);
        for outcome in &report.outcomes {
            let cost = outcome.cost().unwrap();
            assert!(cost.time > Duration::ZERO, "{cost:?}");
        }
    }
}

#[tokio::test]
async fn a_tag_whose_move_is_not_answered_is_not_said_to_be_unchanged() {
    for (method, why) in [("HEAD", NotDone::Stopped), ("PUT", NotDone::Unanswered)] {
        let mut world = World::new().await;
        let image = Image::new("linux/amd64").layer("one");
        image.push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        let plan = world.plan().await;
        world.clear_logs();
        let silent = Fault::new(method, "/manifests/1", Effect::Stall).always();
        world.target.faults().add(silent);
        let report = stopped(&plan, &world.target, (method, "/manifests/1"), 1).await;
        assert_eq!(not_done(&report), [Some(why)]);
    }
}
