//! A repository on GitHub: its files, what its owner has set up, and what GitHub holds for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The workflow of a user's repository.
pub(super) const CALLER: &str = ".github/workflows/mirror.yml";

/// A repository on GitHub, with what its owner has set up.
pub(super) struct Repository {
    pub(super) folder: TempDir,
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) variables: BTreeMap<String, String>,
    /// When to cancel the run: looked at while a step runs.
    pub(super) cancel: Option<Box<dyn Fn() -> bool>>,
}

pub(super) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn git(folder: &Path, line: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(line)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {line:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Repository {
    /// A repository with a list, the template of the workflow, and nothing set up.
    pub(super) fn new(list: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["source", "bin", "gh/artifact", "gh/git", "cache"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        let gh = [
            ("repository.json", r#"{"has_issues": true}"#),
            ("pulls.json", "{}"),
            ("comments.json", "[]"),
            ("issues.json", "[]"),
            ("labels.json", "[]"),
            ("artifacts.json", "[]"),
            ("runs.json", "{}"),
            ("people.json", "{}"),
            ("calls", ""),
        ];
        for (name, text) in gh {
            fs::write(at("gh").join(name), text).unwrap();
        }
        let cargo = "#!/bin/sh\nfor target; do :; done\nmkdir -p \"$target/release\"\n\
            echo built >>\"$BUILDS\"\ncp \"$PUSHER_UNDER_TEST\" \"$target/release/pusher\"\n";
        fs::write(at("bin/cargo"), cargo).unwrap();
        fs::copy(project().join("tests/workflows/gh"), at("bin/gh")).unwrap();
        for tool in ["bin/cargo", "bin/gh"] {
            let status = Command::new("chmod").arg("755").arg(at(tool)).status();
            assert!(status.unwrap().success());
        }
        git(&at("source"), &["init", "-q", "-b", "main"]);
        let repository = Self {
            folder,
            secrets: BTreeMap::new(),
            variables: BTreeMap::new(),
            cancel: None,
        };
        repository.commit("images.txt", list);
        repository
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Commits a file and returns the commit.
    pub(super) fn commit(&self, name: &str, text: &str) -> String {
        let path = self.at("source").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        git(&self.at("source"), &["add", "-A"]);
        git(&self.at("source"), &["commit", "-q", "-m", name]);
        self.head()
    }

    /// Commits the template of the workflow.
    pub(super) fn commit_workflow(&self) -> String {
        let template = fs::read_to_string(project().join("templates/mirror.yml")).unwrap();
        self.commit(CALLER, &template)
    }

    pub(super) fn head(&self) -> String {
        git(&self.at("source"), &["rev-parse", "HEAD"])
    }

    /// What stands in a file of GitHub's: `comments.json`, `issues.json`, `artifact/plan.md`.
    pub(super) fn held(&self, name: &str) -> String {
        fs::read_to_string(self.at("gh").join(name)).unwrap_or_default()
    }

    pub(super) fn hold(&self, name: &str, value: &Value) {
        fs::write(self.at("gh").join(name), value.to_string()).unwrap();
    }

    /// What GitHub says of an artifact, and of the run that has made it.
    pub(super) fn hold_artifact(&self, name: &str, github: &Value) {
        let event = &github["event"];
        let own = json!({"full_name": "me/mirror"});
        let head = &event["pull_request"]["head"];
        let from = head.get("repo").unwrap_or(&own);
        let of = if *from == own { 5 } else { 6 };
        let run = json!({"id": 7, "repository_id": 5, "head_repository_id": of});
        self.hold(
            "artifacts.json",
            &json!([{"id": 1, "name": name, "expired": false, "size_in_bytes": 900, "workflow_run": run}]),
        );
        let sha = head.get("sha").unwrap_or(&github["sha"]);
        let run = json!({
            "event": github["event_name"], "path": CALLER, "status": "completed", "conclusion": "success",
            "head_sha": sha, "repository": own, "head_repository": from, "head_branch": github["ref_name"],
        });
        self.hold("runs.json", &json!({"7": run}));
    }

    /// What GitHub says of what run 7 has kept of what it copied, beside other artifacts.
    pub(super) fn hold_records(&self) {
        let mut all: Value = serde_json::from_str(&self.held("artifacts.json")).unwrap();
        let run =
            json!({"id": 7, "repository_id": 5, "head_repository_id": 5, "head_branch": "main"});
        let all = all.as_array_mut().unwrap();
        all.push(json!({"id": 2, "name": "pusher-records-1", "expired": false, "size_in_bytes": 900, "workflow_run": run}));
        self.hold("artifacts.json", &json!(all));
    }

    /// How often the program was built.
    pub(super) fn builds(&self) -> usize {
        fs::read_to_string(self.at("builds")).map_or(0, |text| text.lines().count())
    }
}
