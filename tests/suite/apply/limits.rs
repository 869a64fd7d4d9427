//! What is done at once, and in which order; `concurrency: 1` still comes to its end.

use std::collections::HashMap;
use std::time::Duration;

use pusher::apply::apply;
use pusher::model::Platforms;
use pusher::progress::Progress;
use pusher::registry::{Client, HostOptions};
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault, Sandbox};
use tokio::sync::watch;

use super::world::{World, assert_done, client_with};

/// The sorts of requests (control, download, upload) that are limited apart.
const SORTS: usize = 3;

/// Allows one request of a sort at once to each host.
fn one_at_a_time(sandboxes: &[&Sandbox]) -> Client {
    let one = HostOptions {
        concurrency: Some(1),
        ..HostOptions::default()
    };
    let address = |sandbox: &&Sandbox| (sandbox.address().to_owned(), one.clone());
    client_with(sandboxes.iter().map(address).collect::<HashMap<_, _>>())
}

/// Wants images with small blobs, large ones, and one that all have.
fn want_images(world: &mut World) {
    for number in 0..12_u64 {
        let name = format!("org/app{number}");
        Image::new("linux/amd64")
            .layer(&name)
            .layer("shared")
            .generated_layer(700_000, number)
            .push(&world.source, &name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
}

/// Applies, and fails where requests wait for each other for ever.
async fn applied(world: &World, client: &Client) {
    let report = tokio::time::timeout(Duration::from_secs(60), world.apply_with(client)).await;
    assert_done(&report.expect("the run waits for itself"));
}

#[tokio::test]
async fn between_two_registries() {
    let mut world = World::new().await;
    want_images(&mut world);
    let client = one_at_a_time(&[&world.source, &world.target]);
    applied(&world, &client).await;
    for log in [world.source.log(), world.target.log()] {
        assert!(log.peak() <= SORTS, "{}", log.peak());
    }
}

#[tokio::test]
async fn from_a_registry_into_itself() {
    let mut world = World::new().await;
    want_images(&mut world);
    world.desired.target.registry = world.source.address().to_owned();
    let client = one_at_a_time(&[&world.source]);
    applied(&world, &client).await;
    assert!(world.source.log().peak() <= SORTS);
    assert_eq!(world.source.tags("team/app11"), ["1"]);
}

#[tokio::test]
async fn small_images_do_not_wait_for_all_that_are_large() {
    let mut world = World::new().await;
    for number in 0..150_u64 {
        let name = format!("org/app{number:03}");
        Image::new("linux/amd64")
            .generated_layer(if number == 75 { 1_000 } else { 30_000 }, number)
            .push(&world.source, &name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    let plan = world.plan().await;
    world.clear_logs();
    assert_done(&world.carry_out(&plan).await);
    let requests = world.target.log().requests();
    let mut tags = requests
        .iter()
        .filter(|request| request.method == "PUT" && request.path.ends_with("/manifests/1"));
    let position = tags.position(|request| request.path.contains("app075"));
    assert!(
        position.is_some_and(|position| position < 75),
        "{position:?}"
    );
}

/// Returns an image whose manifests are as large as they may be.
fn large(number: u64) -> Index {
    let platforms = ["linux/amd64", "linux/arm64", "linux/s390x", "linux/386"];
    platforms.iter().fold(Index::new(), |index, platform| {
        let image = Image::new(platform).generated_layer(10, number);
        index.image(&image.annotation("padding", &"x".repeat(4_000_000)))
    })
}

#[tokio::test]
async fn manifests_that_fill_the_memory_wait_for_others_to_be_done() {
    let mut world = World::new().await;
    for number in 0..4 {
        let name = format!("org/app{number}");
        large(number).push(&world.source, &name, "1");
        world.want(&format!("{name}:1"), Platforms::All);
    }
    let plan = world.plan().await;
    world.clear_logs();
    // None of them is ever done.
    let stall = Fault::new("POST", "", Effect::Stall).always();
    world.target.faults().add(stall);
    let (stop, stopped) = watch::channel(false);
    let watched = async {
        let begun = |name: &&String| world.source.log().count("GET", name) > 0;
        let names: Vec<_> = (0..4)
            .map(|number| format!("/app{number}/blobs/"))
            .collect();
        while names.iter().filter(begun).count() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Time enough for the last one, if it did not wait.
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.send(true).unwrap();
    };
    let client = client_with(HashMap::new());
    let progress = Progress::default();
    let run = apply(plan, None, &client, stopped, &progress);
    let (report, ()) = tokio::join!(run, watched);
    assert!(report.interrupted);
    // There is room for two, and for one beyond it; of the fourth only the index was read.
    let read = world.source.log().count("GET", "/manifests/");
    assert_eq!(read, 3 * 5 + 1, "{:#?}", world.source.log().lines());
}
