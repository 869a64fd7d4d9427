//! `skopeo sync`, which does one thing after the other.

use std::ffi::OsString;
use std::fs;

use serde_json::{Map, json};

use super::Job;
use crate::Result;
use crate::images::{Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};

pub(super) fn words(job: &Job<'_>) -> Result<Vec<OsString>> {
    let verify = job.identity.is_some();
    let mut document = Map::new();
    for (host, address) in job.sources.iter().enumerate() {
        let mut images = Map::new();
        for image in job.images.iter().filter(|image| image.host == host) {
            let Named {
                repository, tag, ..
            } = image;
            let tags = images
                .entry(format!("{SOURCE_NAMESPACE}/{repository}"))
                .or_insert_with(|| json!([]));
            if let Some(tags) = tags.as_array_mut() {
                tags.push(json!(tag));
            }
        }
        let source = json!({ "tls-verify": verify, "images": images });
        document.insert(address.to_string(), source);
    }
    let document = serde_json::Value::from(document).to_string();
    fs::write(job.folder.join("skopeo.yaml"), document)?;
    let target = format!("{}/{TARGET_NAMESPACE}", job.target);
    Ok(super::words_of(&[
        "skopeo",
        "sync",
        "--src",
        "yaml",
        "--dest",
        "docker",
        &format!("--dest-tls-verify={verify}"),
        "skopeo.yaml",
        &target,
    ]))
}
