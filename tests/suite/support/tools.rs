//! Programs that are not ours and may be missing.
//!
//! A test that needs one asks here. Where it is missing, the test says aloud what it left out and
//! passes, unless `PUSHER_TESTS_REQUIRE_ALL=1`: then it fails.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Mutex;

/// Finds a program on `PATH`; if it is missing, says that `what` is left out.
///
/// # Panics
///
/// When it is missing and nothing may be left out.
#[expect(
    clippy::disallowed_methods,
    reason = "tests find their tools in the environment"
)]
pub(crate) fn find(program: &str, what: &str) -> Option<PathBuf> {
    let found = installed(program);
    if found.is_none() {
        let strict = std::env::var("PUSHER_TESTS_REQUIRE_ALL").is_ok_and(|value| value == "1");
        assert!(
            !strict,
            "`{program}` is not on PATH, and nothing may be left out: {what}"
        );
        say(&format!("left out: {what} (`{program}` is not on PATH)"));
    }
    found
}

/// Finds a program on `PATH` that only makes a test stricter.
#[expect(
    clippy::disallowed_methods,
    reason = "tests find their tools in the environment"
)]
pub(crate) fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program));
    found.into_iter().find(|file| file.is_file())
}

/// Runs `skopeo` with these arguments; `None` if it is missing.
pub(crate) async fn skopeo(arguments: &[&str]) -> Option<Output> {
    let program = find("skopeo", "reading with skopeo")?;
    let mut command = Command::new(program);
    command
        .args(["--override-os", "linux", "--override-arch", "amd64"])
        .args(arguments);
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    Some(run.await.unwrap())
}

/// Says something once, past the capture of test output.
pub(crate) fn say(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(text.to_owned()) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}
