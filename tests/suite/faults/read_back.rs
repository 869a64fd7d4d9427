//! Reads what a registry holds, past all proxies and with another client than the one that is tested.

use std::collections::BTreeMap;

use pusher::model::{Digest, media_type};
use pusher::plan::{Desired, TargetName};
use serde_json::Value;

use crate::support::client::Client;
use crate::support::registry::TestRegistry;

/// Returns what each tag points to in the repositories where something is wanted.
///
/// # Panics
///
/// When one of them cannot be read whole, or has bytes that are not of its digest.
pub(super) async fn all(
    registry: &TestRegistry,
    desired: &Desired,
) -> BTreeMap<TargetName, Digest> {
    let mut held = BTreeMap::new();
    let names = desired.entries.iter();
    let names = names.map(|entry| desired.target.repository(&entry.target).name);
    let names: Vec<_> = names.collect();
    let repositories: Vec<_> = names.iter().map(String::as_str).collect();
    let client = registry.client(&repositories).await;
    for (entry, name) in desired.entries.iter().zip(names) {
        let list = client.send("GET", &format!("/v2/{name}/tags/list")).await;
        for tag in list.json()["tags"].as_array().into_iter().flatten() {
            let tag = tag.as_str().unwrap().to_owned();
            let digest = whole(&client, &name, &tag).await;
            if tag.starts_with("sha256-") {
                // The list of what names a manifest as its subject.
                continue;
            }
            let repository = entry.target.repository.clone();
            held.insert(TargetName { repository, tag }, digest);
        }
    }
    held
}

/// Reads a manifest with all that it names, and returns its digest.
pub(super) async fn whole(client: &Client, name: &str, reference: &str) -> Digest {
    let answer = client.manifest("GET", name, reference).await;
    assert_eq!(answer.status, 200, "{name}:{reference}");
    let digest = Digest::sha256(&answer.body);
    if reference.starts_with("sha256:") {
        assert_eq!(digest.to_string(), reference);
    }
    let manifest = answer.json();
    let digest_of = |descriptor: &Value| descriptor["digest"].as_str().unwrap().to_owned();
    if media_type::is_index(answer.header("content-type")) {
        for child in manifest["manifests"].as_array().unwrap() {
            Box::pin(whole(client, name, &digest_of(child))).await;
        }
        return digest;
    }
    let layers = manifest["layers"].as_array().unwrap();
    for blob in layers.iter().chain([&manifest["config"]]) {
        let blob = digest_of(blob);
        let answer = client
            .send("GET", &format!("/v2/{name}/blobs/{blob}"))
            .await;
        assert_eq!(answer.status, 200, "{name}@{blob}");
        assert_eq!(Digest::sha256(&answer.body).to_string(), blob);
    }
    digest
}
