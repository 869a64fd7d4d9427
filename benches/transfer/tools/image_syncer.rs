//! `image-syncer`.

use std::ffi::OsString;
use std::fs;

use serde_json::{Map, Value, json};

use super::Job;
use crate::Result;

pub(super) fn words(job: &Job<'_>, at_once: usize) -> Result<Vec<OsString>> {
    let mut host = json!({ "insecure": job.identity.is_none() });
    if let Some(login) = job.login {
        host["username"] = login.user.into();
        host["password"] = login.password.into();
    }
    let auth: Map<String, Value> = job.hosts().map(|name| (name, host.clone())).collect();
    fs::write(job.folder.join("auth.json"), Value::from(auth).to_string())?;
    let images = job.images.iter();
    let pairs = images.map(|image| (job.source(image), json!(job.target(image))));
    let pairs = Value::from(pairs.collect::<Map<_, _>>()).to_string();
    fs::write(job.folder.join("images.json"), pairs)?;
    Ok(super::words_of(&[
        "image-syncer",
        &format!("--proc={at_once}"),
        "--auth=auth.json",
        "--images=images.json",
    ]))
}
