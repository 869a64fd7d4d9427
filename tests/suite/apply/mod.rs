//! From a desired set to a mirrored registry, over HTTP between two sandboxes.

mod cost;
mod interruptions;
mod law;
mod limits;
mod prune;
mod referrers;
mod trees;
mod world;

use pusher::cache::ResolutionCache;
use pusher::model::Platforms;
use pusher::plan::Outcome;
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault, Options};

use world::{World, actions, assert_done};

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
    assert_eq!(target.count("HEAD", "/manifests/"), 2, "planned, and moved");
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
    let positions = [0, 2].map(|child: usize| written.find(children[child].digest.hex()));
    assert!(
        positions[0].is_some() && positions[0] < positions[1],
        "{written}"
    );
    assert!(!written.contains(children[1].digest.hex()));
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
