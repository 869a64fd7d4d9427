//! The history of a lock file, as far as `git` has it at hand.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use crate::lock::{LOG_FORMAT, read_log};
use crate::model::Digest;
use crate::plan::Past;

/// How many bytes of the history are read: whatever is older is not told.
const MOST_BYTES: u64 = 4 << 20;
/// How many commits are looked at.
const MOST_COMMITS: &str = "--max-count=100";
/// What is asked of `git`, and how: so that nothing is run that a repository names.
const OPTIONS: [&str; 17] = [
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "protocol.allow=never",
    "log",
    "--patch",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-renames",
    "--decorate=short",
];
/// How many digests are looked for.
const MOST_DIGESTS: usize = 64;
/// How long `git` may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Returns what the history tells of these digests, the newest first; nothing where there is no history or no `git`.
///
/// Of the repository nothing is run, and nothing is fetched: no hooks, no drivers for differences, no checks of
/// signatures, no missing objects.
pub(super) async fn history(folder: &Path, lock: &Path, digests: &[&Digest]) -> Vec<Past> {
    let path = folder.join(lock);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return vec![];
    };
    // That of a bare name is empty.
    let folder = Some(folder).filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if digests.is_empty() {
        return vec![];
    }
    let digests = digests.iter().take(MOST_DIGESTS);
    let digests: Vec<_> = digests.map(|digest| digest.hex()).collect();
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(OPTIONS)
        .args([MOST_COMMITS, LOG_FORMAT])
        .arg(format!("-G{}", digests.join("|")))
        .arg("--")
        .arg(name)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let Ok(mut git) = git.spawn() else {
        return vec![];
    };
    let Some(stdout) = git.stdout.take() else {
        return vec![];
    };
    let mut text = vec![];
    let read = stdout.take(MOST_BYTES);
    let mut read = std::pin::pin!(read);
    // What was read until then is whole commits but for the last one.
    let _ = tokio::time::timeout(PATIENCE, read.read_to_end(&mut text)).await;
    read_log(&String::from_utf8_lossy(&text))
}
