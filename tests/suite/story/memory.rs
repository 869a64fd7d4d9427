//! A large layer takes no memory: it is on its way in pieces. Nor do many layers: they wait.
//!
//! `PUSHER_TESTS_LAYER_MIB=2048` makes it as large as one likes.

use std::time::Duration;

use pusher::model::{Digest, media_type};
use pusher::sandbox::images::Image;
use pusher::sandbox::{Content, Effect, Fault, Options, Sandbox};
use serde_json::{Value, json};

use crate::cli::harness::Place;

/// What a run may take at its peak.
const LIMIT_KIB: u64 = 64 * 1024;

const PAUSE: Duration = Duration::from_millis(5);

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_large_layer_goes_through_in_little_memory() {
    let size = layer_mib() * 1024 * 1024;
    let source = Sandbox::start(Options::default()).await.unwrap();
    let discard = Options {
        discard_above: Some(1024 * 1024),
        ..Options::default()
    };
    let target = Sandbox::start(discard).await.unwrap();
    let image = Image::new("linux/amd64").generated_layer(size, 1);
    let image = image.push(&source, "org/large", "v1");
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/large:v1\n");

    let mut child = place.start_unheard("apply");
    let mut peak = 0;
    let status = loop {
        peak = peak_kib(child.id()).unwrap_or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        tokio::time::sleep(PAUSE).await;
    };
    assert!(status.success(), "{status}");
    let arrived = target.blob("team/large", &image.blobs[1].digest);
    assert!(
        matches!(arrived, Some(Content::Discarded { size: found, .. }) if found == size),
        "{arrived:?}"
    );
    assert!(
        0 < peak && peak < LIMIT_KIB,
        "{} MiB went through in {peak} KiB",
        layer_mib()
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn layers_without_number_wait_for_their_turn_in_little_memory() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let target = Sandbox::start(Options::default()).await.unwrap();
    // None of them ever has its turn.
    let stall = Fault::new("HEAD", "/blobs/", Effect::Stall).always();
    target.faults().add(stall);
    let images = (0..8).map(|image| {
        put_many_layers(&source, image);
        format!("SOURCE/org/app{image}:1")
    });
    let list = json!({
        "version": 1,
        "target": { "registry": "TARGET", "namespace": "team" },
        "defaults": { "platforms": "all" },
        "images": images.collect::<Vec<_>>(),
    });
    let list = list.to_string();
    let place = Place::between(&source, &target).file("mirror.yaml", &list);
    let mut child = place.start_unheard("apply");
    while target.log().count("HEAD", "/blobs/") < 4 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended");
        tokio::time::sleep(PAUSE).await;
    }
    // Time enough for the others, if they did not wait.
    tokio::time::sleep(200 * PAUSE).await;
    let peak = peak_kib(child.id()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(0 < peak && peak < 2 * LIMIT_KIB, "{peak} KiB");
}

/// Puts an index of 60 images, each of 60 layers that are nobody else's.
fn put_many_layers(source: &Sandbox, image: usize) {
    let repository = format!("org/app{image}");
    let descriptor = |media_type: &str, digest: &Digest, size: usize| json!({ "mediaType": media_type, "digest": digest, "size": size });
    let child = |number: usize| {
        let layer = |layer: usize| {
            let digest = Digest::sha256(format!("{image} {number} {layer}").as_bytes());
            descriptor("application/x-layer", &digest, 300_000)
        };
        let layers: Vec<Value> = (1..60).map(layer).collect();
        let config = descriptor(media_type::OCI_CONFIG, &Digest::sha256(b"{}"), 2);
        let body = json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string();
        let size = body.len();
        let digest = source.put_manifest(&repository, None, media_type::OCI_MANIFEST, body);
        descriptor(media_type::OCI_MANIFEST, &digest, size)
    };
    let children: Vec<Value> = (0..60).map(child).collect();
    let index = json!({ "schemaVersion": 2, "manifests": children }).to_string();
    source.put_manifest(&repository, "1", media_type::OCI_INDEX, index);
}

/// Returns the most memory that a process ever held; none once it has ended.
fn peak_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how much is tested is for whoever runs it to say"
)]
fn layer_mib() -> u64 {
    let wanted = std::env::var("PUSHER_TESTS_LAYER_MIB").ok();
    wanted.and_then(|mib| mib.parse().ok()).unwrap_or(256)
}
