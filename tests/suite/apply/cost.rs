//! What a plan is said to cost, against the registries' own logs.

use pusher::model::Platforms;
use pusher::observe::inventory;
use pusher::plan::{Cost, Outcome, Referrers};
use pusher::sandbox::images::{Image, Index, referrer, signature, signature_tag};
use pusher::sandbox::{Options, Sandbox};

use super::world::{World, actions, assert_done, client};

/// Says what carrying out the plan costs, does it, and wants the registries to have seen just that.
async fn counted(world: &World) -> Cost {
    let plan = world.plan().await;
    world.clear_logs();
    let inventory = inventory(&plan, &client()).await;
    let cost = Cost::of(&plan, Some(&inventory));
    let asked = world.source.log().requests().len();
    assert_eq!(asked, 0, "only the target is asked what it costs");
    world.clear_logs();
    let report = world.carry_out(&plan).await;
    assert_done(&report);
    let sent = report.outcomes.iter().map(|outcome| match outcome {
        Outcome::Done(transfer) => transfer.bytes_sent,
        _ => 0,
    });
    assert_eq!(cost.bytes_to_copy, sent.sum::<u64>());
    for (said, registry) in [
        (cost.requests_to_sources, &world.source),
        (cost.requests_to_target, &world.target),
    ] {
        let log = registry.log();
        assert_eq!(said, log.requests().len(), "{:#?}", log.lines());
    }
    cost
}

fn app(seed: u64) -> Image {
    Image::new("linux/amd64")
        .generated_layer(1_000_000, 1)
        .generated_layer(500_000, seed)
        .layer("small")
}

#[tokio::test]
async fn new_images_share_what_they_can() {
    let mut world = World::new().await;
    app(2).push(&world.source, "a/one", "1");
    app(3).push(&world.source, "a/two", "1");
    Index::of(&["linux/amd64", "linux/arm64"]).push(&world.source, "a/index", "1");
    for image in ["a/one:1", "a/two:1"] {
        world.want(image, Platforms::linux_amd64());
    }
    world.want("a/index:1", Platforms::All);
    let cost = counted(&world).await;
    assert!(cost.bytes_to_copy > 2_000_000 && cost.bytes_to_copy < 2_100_000);
    assert!(cost.bytes_of_images > 3_000_000);
    assert_eq!((cost.repositories_to_create, cost.repositories), (3, 3));
    assert_eq!(cost.pulls[world.source.address()], 4);
}

#[tokio::test]
async fn an_update_sends_what_is_new() {
    let mut world = World::new().await;
    app(2).push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    counted(&world).await;
    app(3).push(&world.source, "app", "1");
    app(4).push(&world.source, "app", "2");
    world.want("app:2", Platforms::linux_amd64());
    let cost = counted(&world).await;
    assert!(cost.bytes_to_copy < 1_100_000, "{cost:?}");
    assert_eq!(cost.repositories_to_create, 0);
}

#[tokio::test]
async fn where_nothing_is_mounted_every_repository_is_sent_its_own() {
    let mut world = World::new().await;
    world.desired.target.profile.mount = Some(false);
    app(2).push(&world.source, "one", "1");
    app(3).push(&world.source, "two", "1");
    world.want("one:1", Platforms::linux_amd64());
    world.want("two:1", Platforms::linux_amd64());
    let cost = counted(&world).await;
    assert_eq!(cost.bytes_to_copy, cost.bytes_of_images);
}

#[tokio::test]
async fn images_of_the_targets_own_registry_are_mounted() {
    let mut world = World::new().await;
    app(2).push(&world.target, "base/app", "1");
    let registry = world.target.address().to_owned();
    let source = format!("{registry}/base/app:1");
    world.want("app:1", Platforms::linux_amd64()).source = source.parse().unwrap();
    let plan = world.plan().await;
    let inventory = inventory(&plan, &client()).await;
    let cost = Cost::of(&plan, Some(&inventory));
    assert_eq!(cost.bytes_to_copy, 0);
    world.clear_logs();
    assert_done(&world.carry_out(&plan).await);
    let requests = cost.requests_to_sources + cost.requests_to_target;
    assert_eq!(world.target.log().requests().len(), requests);
}

#[tokio::test]
async fn a_plan_that_copies_nothing_asks_nothing_and_a_target_in_trouble_is_counted_as_empty() {
    let mut world = World::new().await;
    app(2).push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    let pending = world.plan().await;
    assert_done(&world.apply().await);
    let plan = world.plan().await;
    assert_eq!(actions(&plan), ["no-op"]);
    world.clear_logs();
    let nothing = inventory(&plan, &client()).await;
    assert_eq!(world.target.log().requests().len(), 0);
    assert_eq!(Cost::of(&plan, Some(&nothing)).requests_to_target, 0);

    let closed = Sandbox::start(Options::default()).await.unwrap();
    let mut elsewhere = pending;
    elsewhere.target.registry = closed.address().to_owned();
    closed.faults().add(
        pusher::sandbox::Fault::new("", "/v2/", pusher::sandbox::Effect::status(403)).always(),
    );
    let unknown = inventory(&elsewhere, &client()).await;
    assert!(unknown.new.is_empty() && unknown.blobs.is_empty());
}

#[tokio::test]
async fn what_follows_an_image_is_counted() {
    for api in [true, false] {
        let target = Options {
            referrers: api,
            ..Options::default()
        };
        let mut world = World::with(Options::default(), target).await;
        let profile = &mut world.desired.target.profile;
        profile.referrers_api = Some(api);
        let image = app(2).build();
        image.push(&world.source, "a/one", "1");
        let sbom = referrer(&image, "application/spdx+json", &"x".repeat(300_000));
        sbom.push(&world.source, "a/one", None);
        signature(&sbom.digest).push(&world.source, "a/one", &*signature_tag(&sbom.digest));
        world
            .want("a/one:1", Platforms::linux_amd64())
            .policy
            .referrers = Referrers::All;
        let cost = counted(&world).await;
        assert!(cost.bytes_to_copy > 1_800_000, "{}", cost.bytes_to_copy);
        assert_eq!(cost.images_of_unknown_size, 0);
        assert_eq!(cost.pulls[world.source.address()], 3);
        assert_eq!(actions(&world.plan().await), ["no-op"; 3]);
    }
}
