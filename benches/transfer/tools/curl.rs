//! The floor: for each blob a `curl` from the source piped into a `curl` to the target, all at once.
//!
//! Nothing is checked on the way and no manifest is read; only the last step pushes one.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;

use crate::Result;
use crate::images::{Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};

use super::Job;

/// Writes a script, and returns how to run it.
pub(super) fn words(job: &Job<'_>) -> Result<Vec<OsString>> {
    let mut script = "set -e\n\
        copy() {\n\
        \x20 place=$(curl -sS -o /dev/null -D - -X POST \"$2/blobs/uploads/\" |\n\
        \x20   tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')\n\
        \x20 curl -sSf \"$1/blobs/$3\" |\n\
        \x20   curl -sSf -T - -H 'Content-Type: application/octet-stream' -H 'Expect:' \"$place&digest=$3\"\n\
        }\n"
        .to_owned();
    for image in job.images {
        let from = repository(
            &job.sources[image.host].to_string(),
            SOURCE_NAMESPACE,
            image,
        );
        let to = repository(&job.target.to_string(), TARGET_NAMESPACE, image);
        for blob in &image.artifact.blobs {
            writeln!(script, "copy {from} {to} {} &", blob.digest)?;
        }
        let manifest = format!("manifest-{}", image.repository);
        fs::write(job.folder.join(&manifest), &image.artifact.bytes)?;
        writeln!(
            script,
            "wait\ncurl -sSf -T {manifest} -H 'Content-Type: {}' {to}/manifests/{}",
            image.artifact.media_type, image.tag
        )?;
    }
    fs::write(job.folder.join("copy.sh"), script)?;
    Ok(vec!["sh".into(), "copy.sh".into()])
}

fn repository(registry: &str, namespace: &str, image: &Named) -> String {
    format!("http://{registry}/v2/{namespace}/{}", image.repository)
}
