//! `pusher` with an image list.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use super::{Job, Program, environment};
use crate::Result;
use crate::images::TARGET_NAMESPACE;

/// Returns a command of `pusher`; `most` is how many requests a host gets at once, if somebody says.
pub(crate) fn program(job: &Job<'_>, command: &[&str], most: Option<usize>) -> Result<Program> {
    let mut list = String::new();
    for image in job.images {
        writeln!(list, "{}", job.source(image))?;
    }
    fs::write(job.folder.join("images.txt"), list)?;
    let mut host = json!({ "plain-http": job.identity.is_none() });
    if let Some(most) = most {
        host["concurrency"] = most.into();
    }
    let registries = job.hosts().map(|name| (name, host.clone()));
    let registries: serde_json::Map<String, Value> = registries.collect();
    let document = json!({
        "version": 1,
        "target": { "registry": job.target.to_string(), "namespace": TARGET_NAMESPACE },
        "include": ["images.txt"],
        "registries": registries,
    });
    // JSON is YAML.
    fs::write(job.folder.join("mirror.yaml"), document.to_string())?;
    Ok(Program {
        words: super::words_of(&[&[env!("CARGO_BIN_EXE_pusher")], command].concat()),
        environment: environment(job)?,
    })
}
