//! Tags that others move while a run is under way.

use std::time::Duration;

use pusher::apply::apply;
use pusher::model::Platforms;
use pusher::plan::Outcome;
use pusher::progress::Progress;
use pusher::registry::{Client, ClientOptions, Timeouts};
use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Options};
use tokio::sync::watch;
use tokio::time::Instant;

use super::world::{World, assert_done, quick_retries};

/// Two images, of which the second is not done before `meanwhile`, when the first is.
async fn apply_with_others(options: Options, meanwhile: impl FnOnce(&World)) -> Vec<Outcome> {
    let mut world = World::with(Options::default(), options).await;
    for name in ["one", "two"] {
        Image::new("linux/amd64")
            .layer(name)
            .push(&world.source, name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    let plan = world.plan().await;
    let stall = Fault::new("GET", "/v2/two/", Effect::Stall);
    world.source.faults().add(stall);
    let others = async {
        while world.target.tag("team/one", "1").is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        meanwhile(&world);
    };
    // For so long the second one waits for its answer.
    let timeouts = Timeouts {
        answer: Duration::from_secs(2),
        ..Timeouts::default()
    };
    let client = Client::new(ClientOptions {
        retry: quick_retries(),
        timeouts,
        ..ClientOptions::default()
    });
    let (_keep, stop) = watch::channel(false);
    let progress = Progress::default();
    let (report, ()) = tokio::join!(apply(plan, None, &client, stop, &progress), others);
    report.outcomes
}

#[tokio::test]
async fn a_tag_that_someone_moves_after_this_run_is_told() {
    let other = Image::new("linux/amd64").layer("another's");
    let outcomes = apply_with_others(Options::default(), |world| {
        other.push(&world.target, "team/one", "1");
    });
    let outcomes = outcomes.await;
    let Outcome::Stale {
        found,
        was_done,
        cost,
    } = &outcomes[0]
    else {
        panic!("{outcomes:?}")
    };
    assert_eq!((found, *was_done), (&Some(other.build().digest), true));
    assert!(cost.bytes_sent > 0, "{cost:?}");
    assert!(matches!(outcomes[1], Outcome::Done(_)), "{outcomes:?}");
}

#[tokio::test]
async fn a_tag_that_someone_deletes_after_this_run_is_told() {
    let outcomes = apply_with_others(Options::default(), |world| {
        assert!(world.target.delete_tag("team/one", "1"));
    });
    let outcomes = outcomes.await;
    let is_gone = matches!(
        outcomes[0],
        Outcome::Stale {
            found: None,
            was_done: true,
            ..
        }
    );
    assert!(is_gone, "{outcomes:?}");
}

/// What answers may lag behind what was written, and what hides a tag from HEAD may show it to GET.
#[tokio::test]
async fn what_is_late_or_hidden_is_not_taken_for_moved() {
    for (skip, times) in [(2, 2), (0, usize::MAX)] {
        let mut world = World::new().await;
        Image::new("linux/amd64").push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        let none = Fault::new("HEAD", "/manifests/1", Effect::status(404));
        world.target.faults().add(none.skip(skip).times(times));
        if times == 2 {
            // Neither shows it at first.
            let none = Fault::new("GET", "/manifests/1", Effect::status(404));
            world.target.faults().add(none.times(2));
        }
        assert_done(&world.apply().await);
    }
}

/// What someone does between the plan and the move is seen by the look before the move, which only a look of
/// the plan just then stands for: a plan from a file has none.
#[tokio::test]
async fn a_tag_that_was_looked_at_just_now_is_moved_without_another_look() {
    let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
    for (looked, is_seen) in [
        (ago(0), false),
        (ago(4), false),
        (ago(5), true),
        (None, true),
    ] {
        let mut world = World::new().await;
        let image = Image::new("linux/amd64").layer("ours");
        image.push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        let plan = world.plan().await;
        let other = Image::new("linux/amd64").layer("another's");
        other.push(&world.target, "team/app", "1");
        world.clear_logs();
        let report = world.carry_out_after(&plan, looked).await;
        let (expected, is_stale) = if is_seen {
            (other.build().digest, true)
        } else {
            (image.build().digest, false)
        };
        assert_eq!(world.target.tag("team/app", "1"), Some(expected));
        let stale = matches!(report.outcomes[..], [Outcome::Stale { .. }]);
        assert_eq!(stale, is_stale, "{looked:?}");
        // The one that stays is that after all is done.
        assert_eq!(world.target.log().count("HEAD", "/manifests/1"), 1);
    }
}
