//! From a desired set to a mirrored registry, over HTTP between two sandboxes.

mod cost;
mod interruptions;
mod law;
mod limits;
mod mirrors;
mod moved;
mod policy;
mod prune;
mod referrers;
mod resets;
mod stops;
mod throttling;
mod trees;
mod world;

use std::collections::HashMap;
use std::time::Duration;

use pusher::cache::ResolutionCache;
use pusher::model::{Platforms, Secret};
use pusher::observe::{SourceAnswers, observe};
use pusher::plan::{Change, Outcome, plan};
use pusher::progress::Progress;
use pusher::registry::{Actions, Client, HostOptions, Login};
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Auth, Bearer, Effect, Fault, Options, User};

use crate::support::found;
use world::{World, actions, assert_done, client_with};

fn platform(text: &str) -> Platforms {
    Platforms::only(vec![text.parse().unwrap()])
}

#[tokio::test]
async fn what_was_applied_needs_nothing_more_than_two_heads_a_tag() {
    let mut world = World::new().await;
    let single = Image::new("linux/amd64")
        .layer("one")
        .push(&world.source, "a/single", "1");
    let index = Index::of(&["linux/amd64", "linux/arm64"]).push(&world.source, "a/index", "2");
    world.want("a/single:1", Platforms::linux_amd64());
    world.want("a/index:2", Platforms::All);
    assert_eq!(actions(&world.plan().await), ["create", "create"]);

    assert_done(&world.apply().await);
    assert_eq!(world.target.tag("team/single", "1"), Some(single.digest));
    assert_eq!(world.target.tag("team/index", "2"), Some(index.digest));

    world.clear_logs();
    assert_eq!(actions(&world.plan().await), ["no-op", "no-op"]);
    for log in [world.source.log(), world.target.log()] {
        assert_eq!(log.count("HEAD", "/manifests/"), 2, "{:#?}", log.lines());
        assert_eq!(log.requests().len(), 2, "{:#?}", log.lines());
    }
}

#[tokio::test]
async fn a_filtered_index_is_read_once_ever() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new().await;
    world.cache = ResolutionCache::open(folder.path());
    Index::of(&["linux/amd64", "linux/arm64", "linux/s390x"]).push(&world.source, "app", "1");
    let some = ["linux/amd64", "linux/arm64"].map(|text| text.parse().unwrap());
    world.want("app:1", Platforms::only(some.to_vec()));
    world.want("app:1", platform("linux/s390x")).target.tag = "z".to_owned();
    assert_done(&world.apply().await);

    world.cache = ResolutionCache::open(folder.path());
    world.clear_logs();
    assert_eq!(actions(&world.plan().await), ["no-op", "no-op"]);
    assert_eq!(world.source.log().requests().len(), 1, "one HEAD for both");
    assert_eq!(world.target.log().requests().len(), 2);

    world.target.delete_tag("team/app", "1");
    assert_eq!(
        actions(&world.plan().await),
        ["create", "no-op"],
        "what was made is made again"
    );
    assert_done(&world.apply().await);
}

#[tokio::test]
async fn what_the_plan_has_read_is_not_read_again() {
    let mut world = World::new().await;
    Index::of(&["linux/amd64", "linux/arm64"]).push(&world.source, "app", "1");
    world.want("app:1", Platforms::All);
    assert_done(&world.apply().await);
    assert_eq!(world.source.log().count("GET", "/manifests/"), 3);
}

#[tokio::test]
async fn a_new_image_of_small_blobs_costs_what_it_cannot_do_without() {
    let mut world = World::new().await;
    Image::new("linux/amd64")
        .layer("one")
        .layer("two")
        .push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    // The bytes that broke on their way are read again, into the same upload.
    let target = world.target.faults();
    target.add(Fault::new("PUT", "/blobs/uploads/", Effect::Reset));
    let report = world.apply().await;
    assert_done(&report);
    let Outcome::Done(transfer) = &report.outcomes[0] else {
        panic!("{report:?}")
    };
    assert!(transfer.bytes_sent > 0 && transfer.bytes_present == 0);
    let (source, target) = (world.source.log(), world.target.log());
    assert_eq!(source.requests().len(), 2 + 3 + 1, "{:#?}", source.lines());
    assert_eq!(target.count("HEAD", "/blobs/"), 0, "{:#?}", target.lines());
    assert_eq!(target.count("GET", "/tags/list"), 0);
    assert_eq!(target.count("POST", "/blobs/uploads/"), 3);
    let looks = "planned, before it is moved, and when all is done";
    assert_eq!(target.count("HEAD", "/manifests/"), 3, "{looks}");
}

#[tokio::test]
async fn one_platform_is_the_childs_manifest_and_a_list_is_an_index_of_those() {
    let mut world = World::new().await;
    let index = Index::of(&["linux/amd64", "linux/arm64", "linux/arm/v7"]);
    index.push(&world.source, "app", "1");
    let children = index.build().children;
    world.want("app:1", platform("linux/arm64"));
    let both = Platforms::only(vec![
        "linux/arm/v7".parse().unwrap(),
        "linux/amd64".parse().unwrap(),
    ]);
    world.want("app:1", both).target.tag = "both".to_owned();
    assert_done(&world.apply().await);
    assert_eq!(
        world.target.tag("team/app", "1").as_ref(),
        Some(&children[1].digest)
    );

    let both = world.target.tag("team/app", "both").unwrap();
    let written = world.target.manifest("team/app", &both).unwrap();
    let written = String::from_utf8(written.bytes.to_vec()).unwrap();
    let positions = [0, 2].map(|child: usize| written.find(&children[child].digest.hex()));
    assert!(
        positions[0].is_some() && positions[0] < positions[1],
        "{written}"
    );
    assert!(!written.contains(&children[1].digest.hex()));
    assert_eq!(actions(&world.plan().await), ["no-op", "no-op"]);
}

#[tokio::test]
async fn children_come_before_their_index_and_the_tag_comes_last() {
    let mut world = World::new().await;
    Index::of(&["linux/amd64", "linux/arm64"]).push(&world.source, "app", "1");
    world.want("app:1", Platforms::All);
    assert_done(&world.apply().await);
    let puts: Vec<String> = world.target.log().lines();
    let puts: Vec<_> = puts.iter().filter(|line| line.starts_with("PUT")).collect();
    let last_blob = puts.iter().rposition(|line| line.contains("/blobs/"));
    let manifests: Vec<_> = puts
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains("/manifests/"))
        .collect();
    assert_eq!(manifests.len(), 3, "{puts:#?}");
    assert!(manifests[2].1.contains("/manifests/1"), "{puts:#?}");
    assert!(last_blob < Some(manifests[2].0), "{puts:#?}");
}

#[tokio::test]
async fn a_blob_goes_over_the_wire_once_and_is_mounted_elsewhere() {
    let mut world = World::new().await;
    for name in ["a", "b", "c"] {
        let image = Image::new("linux/amd64").layer("shared by all").layer(name);
        image.push(&world.source, name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    let report = world.apply().await;
    assert_done(&report);
    // Three layers of their own, three configs, one shared layer.
    assert_eq!(world.source.log().count("GET", "/blobs/"), 7);
    let is_mount = |request: &pusher::sandbox::Request| request.path.contains("mount=");
    assert_eq!(world.target.log().count_where(is_mount), 2);
    let mounted: u64 = report
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(transfer) => transfer.bytes_mounted,
            _ => 0,
        })
        .sum();
    assert!(mounted > 0);
}

#[tokio::test]
async fn a_registry_that_does_not_mount_gets_the_bytes() {
    let options = Options {
        mount: false,
        ..Options::default()
    };
    let mut world = World::with(Options::default(), options).await;
    for name in ["a", "b"] {
        Image::new("linux/amd64")
            .layer("shared")
            .layer(name)
            .push(&world.source, name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    assert_done(&world.apply().await);
    assert_eq!(world.source.log().count("GET", "/blobs/"), 6);
}

/// Whether a blob is mounted is asked for each: one that is not says nothing of the next.
#[tokio::test]
async fn one_mount_that_is_not_done_does_not_end_mounting() {
    let mut world = World::new().await;
    for (name, shared) in [("a", "early"), ("b", "early"), ("c", "late"), ("d", "late")] {
        let image = Image::new("linux/amd64").layer(shared).layer(name);
        let image = image.push(&world.source, name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
        if shared == "late" {
            // So that the first mount is over before the second is thought of.
            let late = Fault::new(
                "GET",
                &image.blobs[1].digest.to_string(),
                Effect::Delay(LATE),
            );
            world.source.faults().add(late);
        }
    }
    let refused = Fault::new("POST", "mount=", Effect::status(404));
    world.target.faults().add(refused);
    assert_done(&world.apply().await);
    assert_eq!(world.target.log().count("POST", "mount="), 2);
    assert_eq!(world.source.log().count("GET", "/blobs/"), 2 * 4 + 2 + 1);
}

/// Longer than a small image takes.
const LATE: Duration = Duration::from_millis(500);

#[tokio::test]
async fn where_nothing_is_mounted_nobody_waits_for_long() {
    let options = Options {
        mount: false,
        ..Options::default()
    };
    let mut world = World::with(Options::default(), options).await;
    for number in 0..8 {
        let image = Image::new("linux/amd64").layer("shared");
        image
            .layer(format!("own {number}"))
            .push(&world.source, &format!("app-{number}"), "1");
        world.want(&format!("app-{number}:1"), Platforms::linux_amd64());
    }
    let one = HostOptions {
        concurrency: Some(1),
        ..HostOptions::default()
    };
    let hosts = [(world.target.address().to_owned(), one)].into();
    assert_done(&world.apply_with(&client_with(hosts)).await);
    let mounts = world.target.log().count("POST", "mount=");
    assert!((1..=7).contains(&mounts), "{mounts}");
}

#[tokio::test]
async fn whether_a_blob_is_there_need_not_be_told() {
    for status in [400, 401, 403, 405, 500] {
        let mut world = World::new().await;
        let image = Image::new("linux/amd64").generated_layer(2_000_000, 7);
        image.push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        let refused = Fault::new("HEAD", "/blobs/", Effect::status(status)).always();
        world.target.faults().add(refused);
        assert_done(&world.apply().await);
    }
}

/// A world whose target wants tokens.
async fn bearer_world(made_by_push: bool) -> World {
    let auth = Auth::Bearer(Bearer {
        users: vec![User::new("user", "password")],
        made_by_push,
        ..Bearer::default()
    });
    let target = Options {
        auth,
        ..Options::default()
    };
    World::with(Options::default(), target).await
}

/// Returns a client that has the login for the target of [`bearer_world`].
fn logged_in(world: &World) -> Client {
    let login = Login::Password {
        username: "user".to_owned(),
        password: Secret::new("password".to_owned()),
    };
    let knows = HostOptions {
        login: Some(found(login)),
        ..HostOptions::default()
    };
    client_with(HashMap::from([(world.target.address().to_owned(), knows)]))
}

/// Quay has nothing to read until somebody asks for a token to push.
#[tokio::test]
async fn a_repository_that_a_push_makes_is_planned_and_made() {
    for announces in [true, false] {
        let mut world = bearer_world(true).await;
        for name in ["a", "b"] {
            let image = Image::new("linux/amd64").layer(name);
            image.push(&world.source, name, "1");
            world.want(&format!("{name}:1"), Platforms::linux_amd64());
        }
        let client = logged_in(&world);
        let entries = &world.desired.entries;
        let repositories: Vec<_> = entries
            .iter()
            .map(|entry| world.desired.target.repository(&entry.target))
            .collect();
        let announce = |client: &Client, actions| {
            if announces {
                client.announce(&repositories, actions);
            }
        };
        announce(&client, Actions::Pull);
        let progress = Progress::default();
        let observed = observe(
            &world.desired,
            &SourceAnswers::for_all([&world.desired]),
            &client,
            &world.cache,
            &progress,
        )
        .await;
        let plan = plan(&world.desired, observed);
        assert_eq!(actions(&plan), ["create", "create"]);
        let unseen = |change: &Change| {
            change
                .action
                .copy()
                .is_some_and(|copy| copy.unseen.is_some())
        };
        assert!(plan.changes.iter().all(unseen));
        assert!(
            plan.changes
                .iter()
                .all(|change| change.action.copy().unwrap().contents.is_some())
        );
        announce(&client, Actions::Push);
        let (_keep, stop) = tokio::sync::watch::channel(false);
        assert_done(&pusher::apply::apply(plan, None, &client, stop, &progress).await);
        let observed = observe(
            &world.desired,
            &SourceAnswers::for_all([&world.desired]),
            &logged_in(&world),
            &world.cache,
            &progress,
        )
        .await;
        let again = pusher::plan::plan(&world.desired, observed);
        assert_eq!(actions(&again), ["no-op", "no-op"]);
    }
}

/// The token ends while a layer is on its way; what is streamed cannot be sent again as it is.
#[tokio::test]
async fn a_token_that_ends_in_the_middle_of_an_upload_is_renewed() {
    let mut world = bearer_world(false).await;
    let image = Image::new("linux/amd64").generated_layer(2_000_000, 7);
    image.push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    // Once for each blob, the one that is streamed too.
    for blob in &image.build().blobs {
        let path = format!("/blobs/uploads/*{}", blob.digest.hex());
        let ended = Fault::new("PUT", &path, Effect::status(401));
        world.target.faults().add(ended);
    }
    assert_done(&world.apply_with(&logged_in(&world)).await);
    assert_eq!(world.target.faults().used(), 2);
    assert!(world.target.tag("team/app", "1").is_some());
}

#[tokio::test]
async fn a_token_that_is_refused_for_a_moment_loses_no_image() {
    for (method, path) in [
        ("POST", "/blobs/uploads/"),
        ("PUT", "/blobs/uploads/"),
        ("PUT", "/manifests/1"),
    ] {
        let mut world = bearer_world(false).await;
        let image = Image::new("linux/amd64").layer("one");
        image.push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        let refused = Fault::new(method, path, Effect::status(401));
        world.target.faults().add(refused);
        assert_done(&world.apply_with(&logged_in(&world)).await);
        assert_eq!(world.target.faults().used(), 1, "{method} {path}");
    }
}

#[tokio::test]
async fn the_digest_that_was_planned_is_copied_wherever_the_source_tag_points_by_now() {
    let mut world = World::new().await;
    let planned = Image::new("linux/amd64")
        .layer("old")
        .push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    let plan = world.plan().await;
    let moved = Image::new("linux/amd64")
        .layer("new")
        .push(&world.source, "app", "1");
    assert_done(&world.carry_out(&plan).await);
    assert_eq!(world.target.tag("team/app", "1"), Some(planned.digest));
    assert_eq!(actions(&world.plan().await), ["update"]);
    assert_done(&world.apply().await);
    assert_eq!(world.target.tag("team/app", "1"), Some(moved.digest));
}

#[tokio::test]
async fn a_target_tag_that_someone_moved_is_left_alone() {
    let mut world = World::new().await;
    for name in ["app", "other"] {
        Image::new("linux/amd64")
            .layer("ours")
            .push(&world.source, name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    let plan = world.plan().await;
    let theirs = Image::new("linux/amd64")
        .layer("theirs")
        .push(&world.target, "team/app", "1");
    let report = world.carry_out(&plan).await;
    assert!(
        matches!(&report.outcomes[0], Outcome::Stale { found, .. } if found.as_ref() == Some(&theirs.digest))
    );
    assert!(matches!(report.outcomes[1], Outcome::Done(_)));
    assert!(!report.is_success());
    assert_eq!(world.target.tag("team/app", "1"), Some(theirs.digest));
}

#[tokio::test]
async fn one_image_that_fails_does_not_stop_the_others() {
    let mut world = World::new().await;
    for (seed, name) in ["a", "b", "c"].into_iter().enumerate() {
        Image::new("linux/amd64")
            .generated_layer(300_000, seed as u64)
            .push(&world.source, name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    world
        .target
        .faults()
        .add(Fault::new("PUT", "/team/b/manifests/", Effect::status(403)).always());
    let report = world.apply().await;
    let Outcome::Failed { failure, .. } = &report.outcomes[1] else {
        panic!("{report:?}")
    };
    let message = failure.to_string();
    assert!(
        message.contains("team/b") && message.contains("403"),
        "{message}"
    );
    assert_eq!(world.target.tags("team/a"), ["1"]);
    assert!(world.target.tags("team/b").is_empty());
    assert_eq!(world.target.tags("team/c"), ["1"]);

    world.target.faults().clear();
    world.clear_logs();
    assert_done(&world.apply().await);
    assert_eq!(
        world.source.log().count("GET", "/blobs/"),
        1,
        "the layer had arrived; the config is not worth a question"
    );
    assert_eq!(world.target.tags("team/b"), ["1"]);
}

#[tokio::test]
async fn an_update_asks_nothing_about_children_that_are_in_place() {
    let mut world = World::new().await;
    let (amd64, arm64) = (
        Image::new("linux/amd64").layer("same"),
        Image::new("linux/arm64"),
    );
    let before = Index::new()
        .image(&amd64)
        .image(&arm64.clone().layer("old"));
    before.push(&world.source, "app", "1");
    world.want("app:1", Platforms::All);
    assert_done(&world.apply().await);
    Index::new()
        .image(&amd64)
        .image(&arm64.layer("new"))
        .push(&world.source, "app", "1");
    world.clear_logs();
    assert_done(&world.apply().await);
    assert_eq!(
        world.source.log().count("GET", "/blobs/"),
        2,
        "{:#?}",
        world.source.log().lines()
    );
    assert_eq!(actions(&world.plan().await), ["no-op"]);
}
