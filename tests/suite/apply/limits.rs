//! What is done at once, and in which order; `concurrency: 1` still comes to its end.

use std::collections::HashMap;
use std::time::Duration;

use pusher::model::Platforms;
use pusher::registry::{Client, HostOptions};
use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;

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
