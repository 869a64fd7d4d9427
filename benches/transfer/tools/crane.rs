//! `crane copy -a`: a process copies all tags of a repository, so it asks for a token once.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;

use super::Job;
use crate::Result;

/// How much a process does at once: a repository's tags and their layers.
const JOBS: &str = "8";

pub(super) fn words(job: &Job<'_>, processes: usize) -> Result<Vec<OsString>> {
    let pairs = job
        .images
        .iter()
        .map(|image| (job.source_repository(image), job.target_repository(image)));
    let mut list = String::new();
    for (source, target) in pairs.collect::<BTreeSet<_>>() {
        writeln!(list, "{source} {target}")?;
    }
    fs::write(job.folder.join("pairs"), list)?;
    let processes = processes.to_string();
    let mut all = vec!["xargs", "-a", "pairs", "-P", &processes, "-n", "2"];
    all.extend(["crane", "copy", "-a", "-j", JOBS]);
    if job.identity.is_none() {
        all.push("--insecure");
    }
    Ok(super::words_of(&all))
}
