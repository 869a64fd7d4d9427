//! `regsync once`: a target that has the digest is not looked at any further (`fastCheck`), no referrers,
//! no digest tags, and with logins one token a repository, as many requests to a host as it does at once.

use std::ffi::OsString;
use std::fs;

use serde_json::json;

use super::Job;
use crate::Result;

pub(super) fn words(job: &Job<'_>, at_once: usize) -> Result<Vec<OsString>> {
    let tls = if job.identity.is_some() {
        "enabled"
    } else {
        "disabled"
    };
    let host = |host| {
        let mut host = json!({ "registry": host, "tls": tls, "reqConcurrent": at_once });
        if let Some(login) = job.login {
            host["user"] = login.user.into();
            host["pass"] = login.password.into();
            host["repoAuth"] = true.into();
        }
        host
    };
    let sync = |image| json!({ "source": job.source(image), "target": job.target(image), "type": "image" });
    let document = json!({
        "version": 1,
        "creds": job.hosts().map(host).collect::<Vec<_>>(),
        "defaults": {
            "parallel": at_once,
            "fastCheck": true,
            "referrers": false,
            "digestTags": false,
        },
        "sync": job.images.iter().map(sync).collect::<Vec<_>>(),
    });
    // JSON is YAML.
    fs::write(job.folder.join("regsync.yaml"), document.to_string())?;
    Ok(super::words_of(&[
        "regsync",
        "-v",
        "warn",
        "once",
        "-c",
        "regsync.yaml",
    ]))
}
