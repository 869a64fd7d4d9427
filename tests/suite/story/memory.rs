//! A large layer takes no memory: it is on its way in pieces.
//!
//! `PUSHER_TESTS_LAYER_MIB=2048` makes it as large as one likes.

use std::process::Stdio;
use std::time::Duration;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Content, Options, Sandbox};

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

    let mut command = place.command("apply");
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
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
