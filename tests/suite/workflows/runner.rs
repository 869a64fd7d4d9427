//! Stands in for GitHub: runs a repository's workflow, the workflows and actions that it calls, and every
//! step of them, in the order and with the environment that GitHub gives.
//!
//! What runs is what the files of this project say: their `run` lines, with bash. The program is the one that was
//! built for the tests; `gh` is stood in for by `tests/workflows/gh`, and cargo by what copies the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::expression::{Scope, shown};

/// The workflow of a user's repository, and where it calls what is here.
const CALLER: &str = ".github/workflows/mirror.yml";
const PUBLISHED: &str = "OWNER/pusher/";

/// A repository on GitHub, with what its owner has set up.
pub(super) struct Repository {
    folder: TempDir,
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) variables: BTreeMap<String, String>,
    /// When to cancel the run: looked at while a step runs.
    pub(super) cancel: Option<Box<dyn Fn() -> bool>>,
}

/// How a run went.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// `success`, `failure`, `cancelled` or `skipped`, by job.
    pub(super) jobs: BTreeMap<String, String>,
    /// What all steps printed.
    pub(super) log: String,
    /// What their summaries say.
    pub(super) summary: String,
}

/// Where steps run: a job's machine, or an action on it.
struct Place {
    contexts: Value,
    environment: BTreeMap<String, String>,
    failed: bool,
    cancelled: bool,
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn git(folder: &Path, line: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(line)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {line:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Copies a folder with what is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
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

    fn at(&self, name: &str) -> PathBuf {
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

    /// How often the program was built.
    pub(super) fn builds(&self) -> usize {
        fs::read_to_string(self.at("builds")).map_or(0, |text| text.lines().count())
    }

    /// Something happened: the repository's workflow runs, or else the one that is named.
    pub(super) fn run(&self, workflow: Option<&str>, name: &str, mut event: Value) -> Run {
        let caller = workflow.map_or_else(
            || yaml(&self.at("source").join(CALLER)),
            |name| yaml(&project().join(name)),
        );
        event["repository"] = json!({"default_branch": "main", "fork": false});
        fs::write(self.at("event.json"), event.to_string()).unwrap();
        let branch = if name == "pull_request" {
            "12/merge"
        } else {
            "main"
        };
        let github = json!({
            "event_name": name, "event": event, "repository": "me/mirror", "repository_owner": "me",
            "ref_name": branch, "ref_type": "branch", "sha": self.head(), "run_id": 7, "actor": "me",
            "workflow": caller["name"], "server_url": "https://github.example", "token": "of the run",
            "action_repository": "OWNER/pusher", "action_ref": "0123456789012345678901234567890123456789",
        });
        let mut run = Run::default();
        self.workflow(&caller, &github, &json!({}), &json!(self.secrets), &mut run);
        run
    }

    fn workflow(
        &self,
        file: &Value,
        github: &Value,
        inputs: &Value,
        secrets: &Value,
        run: &mut Run,
    ) {
        let jobs = file["jobs"].as_object().unwrap();
        let mut needs = Map::new();
        let mut waiting: Vec<_> = jobs.iter().collect();
        while !waiting.is_empty() {
            let ready = waiting.iter().position(|(_, job)| {
                job["needs"]
                    .as_str()
                    .is_none_or(|name| needs.contains_key(name))
            });
            let (name, job) = waiting.remove(ready.expect("jobs that wait for each other"));
            let contexts = json!({
                "github": github, "inputs": inputs, "secrets": secrets, "vars": self.variables, "needs": needs,
            });
            // A job that was not to run is no failure, but what needs it does not run by itself.
            let before = job["needs"]
                .as_str()
                .map(|name| shown(&needs[name]["result"]));
            let scope = Scope {
                contexts: &contexts,
                failed: before.is_some_and(|result| result != "success"),
                cancelled: false,
            };
            let result = if !scope.condition(job.get("if")) {
                "skipped".to_owned()
            } else if let Some(uses) = job["uses"].as_str() {
                self.call(uses, job, &scope, run)
            } else {
                self.job(job, &contexts, run)
            };
            run.jobs.insert(name.clone(), result.clone());
            needs.insert(name.clone(), json!({"result": result}));
        }
    }

    /// A job that is another workflow of this project.
    fn call(&self, uses: &str, job: &Value, scope: &Scope, run: &mut Run) -> String {
        let path = uses
            .strip_prefix(PUBLISHED)
            .or_else(|| uses.strip_prefix("$/"));
        let path = path.and_then(|path| path.split('@').next()).unwrap();
        let called = yaml(&project().join(path));
        for (name, nested) in called["jobs"].as_object().unwrap() {
            assert_allowed(name, &nested["permissions"], &job["permissions"]);
        }
        let secrets = match &job["secrets"] {
            Value::String(all) if all == "inherit" => scope.contexts["secrets"].clone(),
            Value::Object(given) => filled(given, scope),
            _ => json!({}),
        };
        let mut inputs = Map::new();
        for (name, input) in called["on"]["workflow_call"]["inputs"].as_object().unwrap() {
            let given = job["with"]
                .get(name)
                .map(|value| json!(scope.text(&shown(value))));
            inputs.insert(
                name.clone(),
                given.unwrap_or_else(|| input["default"].clone()),
            );
        }
        let github = &scope.contexts["github"];
        let mut nested = Run::default();
        self.workflow(
            &called,
            github,
            &Value::Object(inputs),
            &secrets,
            &mut nested,
        );
        let worst = ["cancelled", "failure"]
            .into_iter()
            .find(|bad| nested.jobs.values().any(|result| result == bad));
        run.jobs.extend(nested.jobs);
        run.log += &nested.log;
        run.summary += &nested.summary;
        worst.unwrap_or("success").to_owned()
    }

    fn job(&self, job: &Value, contexts: &Value, run: &mut Run) -> String {
        for name in ["work", "temp"] {
            let _ = fs::remove_dir_all(self.at(name));
            fs::create_dir_all(self.at(name)).unwrap();
        }
        let mut contexts = contexts.clone();
        contexts["runner"] = json!({"temp": self.at("temp"), "os": "Linux", "arch": "X64"});
        let mut place = Place {
            contexts,
            environment: self.environment(),
            failed: false,
            cancelled: false,
        };
        self.steps(&job["steps"], &mut place, run);
        let result = if place.cancelled {
            "cancelled"
        } else if place.failed {
            "failure"
        } else {
            "success"
        };
        result.to_owned()
    }

    /// What every step sees.
    fn environment(&self) -> BTreeMap<String, String> {
        let event: Value =
            serde_json::from_slice(&fs::read(self.at("event.json")).unwrap()).unwrap();
        let text = |name: &str| self.at(name).display().to_string();
        let path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
        [
            ("PATH", format!("{}:{path}", text("bin"))),
            ("HOME", text("temp")),
            ("TMPDIR", text("temp")),
            ("RUNNER_TEMP", text("temp")),
            ("RUNNER_OS", "Linux".to_owned()),
            ("GITHUB_REPOSITORY", "me/mirror".to_owned()),
            ("GITHUB_EVENT_PATH", text("event.json")),
            ("GITHUB_EVENT_NAME", shown(&event["name"])),
            (
                "GITHUB_WORKFLOW_REF",
                format!("me/mirror/{CALLER}@refs/heads/main"),
            ),
            // Nothing is released there.
            ("GITHUB_SERVER_URL", format!("file://{}", text("nowhere"))),
            ("GH_STATE", text("gh")),
            ("BUILDS", text("builds")),
            ("PUSHER_UNDER_TEST", env!("CARGO_BIN_EXE_pusher").to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn steps(&self, steps: &Value, place: &mut Place, run: &mut Run) {
        place.contexts["steps"] = json!({});
        for step in steps.as_array().unwrap() {
            let scope = place.scope();
            if !scope.condition(step.get("if")) {
                continue;
            }
            let mut environment = place.environment.clone();
            if let Some(own) = step["env"].as_object() {
                let own = filled(own, &scope);
                environment.extend(
                    own.as_object()
                        .unwrap()
                        .iter()
                        .map(|(name, value)| (name.clone(), shown(value))),
                );
            }
            let with = step["with"]
                .as_object()
                .map_or_else(|| json!({}), |with| filled(with, &scope));
            let outputs = match step["uses"].as_str() {
                Some(uses) if uses.starts_with("$/") => {
                    self.action(&uses[2..], &with, environment, place, run)
                }
                Some(uses) => self.foreign(uses, &with),
                None => self.script(
                    &scope.text(step["run"].as_str().unwrap()),
                    &environment,
                    place,
                    run,
                ),
            };
            if let Some(id) = step["id"].as_str() {
                place.contexts["steps"][id] = json!({"outputs": outputs});
            }
        }
    }

    /// A composite action of this project.
    fn action(
        &self,
        path: &str,
        with: &Value,
        mut environment: BTreeMap<String, String>,
        place: &mut Place,
        run: &mut Run,
    ) -> Value {
        let folder = project().join(path);
        let action = yaml(&folder.join("action.yml"));
        let mut contexts = place.contexts.clone();
        let mut inputs = Map::new();
        for (name, input) in action["inputs"].as_object().unwrap() {
            let default = place.scope().text(&shown(&input["default"]));
            inputs.insert(
                name.clone(),
                with.get(name).cloned().unwrap_or_else(|| json!(default)),
            );
        }
        contexts["inputs"] = Value::Object(inputs);
        environment.insert(
            "GITHUB_ACTION_PATH".to_owned(),
            folder.display().to_string(),
        );
        let mut inner = Place {
            contexts,
            environment,
            failed: false,
            cancelled: place.cancelled,
        };
        self.steps(&action["runs"]["steps"], &mut inner, run);
        place.failed |= inner.failed;
        place.cancelled |= inner.cancelled;
        // What it put on the path stays there.
        place
            .environment
            .insert("PATH".to_owned(), inner.environment["PATH"].clone());
        let scope = inner.scope();
        let outputs = action["outputs"].as_object().unwrap().iter();
        Value::Object(
            outputs
                .map(|(name, output)| (name.clone(), json!(scope.text(&shown(&output["value"])))))
                .collect(),
        )
    }

    /// One of GitHub's own actions.
    fn foreign(&self, uses: &str, with: &Value) -> Value {
        let text = |name: &str| shown(&with[name]);
        match uses.split('@').next().unwrap() {
            "actions/checkout" => {
                assert_eq!(with["persist-credentials"], json!("false"));
                let depth = with
                    .get("fetch-depth")
                    .map_or_else(|| "1".to_owned(), shown);
                let source = format!("file://{}", self.at("source").display());
                let mut line = vec!["clone", "-q", &source, "work"];
                if depth != "0" {
                    line.extend(["--depth", &depth]);
                }
                fs::remove_dir_all(self.at("work")).unwrap();
                git(self.folder.path(), &line);
                json!({})
            }
            "actions/cache/restore" => {
                let kept = self.at("cache").join(text("key"));
                let hit = kept.exists();
                if hit {
                    copy(&kept, Path::new(&text("path")));
                }
                json!({"cache-hit": hit.to_string()})
            }
            "actions/cache/save" => {
                copy(
                    Path::new(&text("path")),
                    &self.at("cache").join(text("key")),
                );
                json!({})
            }
            "actions/upload-artifact" => {
                let kept = self.at("gh/artifact");
                if Path::new(&text("path")).exists() {
                    let first = !kept.join("pull-request").exists();
                    assert!(
                        first || text("overwrite") == "true",
                        "there is such an artifact"
                    );
                    copy(Path::new(&text("path")), &kept);
                    self.hold(
                        "artifacts.json",
                        &json!([{"name": text("name"), "expired": false, "size_in_bytes": 900}]),
                    );
                }
                json!({})
            }
            other => panic!("nothing stands in for {other}"),
        }
    }

    /// A step's own lines, in a shell as GitHub starts it.
    fn script(
        &self,
        lines: &str,
        environment: &BTreeMap<String, String>,
        place: &mut Place,
        run: &mut Run,
    ) -> Value {
        let file = |name: &str| self.at(&format!("temp/_{name}"));
        for name in ["output", "path", "summary", "log"] {
            fs::write(file(name), "").unwrap();
        }
        fs::write(file("script"), lines).unwrap();
        let log = fs::File::options().append(true).open(file("log")).unwrap();
        let mut child = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(file("script"))
            .env_clear()
            .envs(environment)
            .env("GITHUB_OUTPUT", file("output"))
            .env("GITHUB_PATH", file("path"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .current_dir(self.at("work"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if !place.cancelled && self.cancel.as_ref().is_some_and(|cancel| cancel()) {
                place.cancelled = true;
                // The step's own shell, and nobody else.
                let id = child.id().to_string();
                assert!(
                    Command::new("kill")
                        .args(["-INT", &id])
                        .status()
                        .unwrap()
                        .success()
                );
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        place.failed |= !status.success();
        run.log += &fs::read_to_string(file("log")).unwrap();
        run.summary += &fs::read_to_string(file("summary")).unwrap();
        for added in fs::read_to_string(file("path")).unwrap().lines() {
            let path = place.environment.get_mut("PATH").unwrap();
            *path = format!("{added}:{path}");
        }
        let outputs = fs::read_to_string(file("output")).unwrap();
        let pairs = outputs.lines().filter_map(|line| line.split_once('='));
        Value::Object(
            pairs
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect(),
        )
    }
}

impl Place {
    fn scope(&self) -> Scope<'_> {
        Scope {
            contexts: &self.contexts,
            failed: self.failed,
            cancelled: self.cancelled,
        }
    }
}

fn filled(values: &Map<String, Value>, scope: &Scope) -> Value {
    let filled = values
        .iter()
        .map(|(name, value)| (name.clone(), json!(scope.text(&shown(value)))));
    Value::Object(filled.collect())
}

/// GitHub starts no workflow of which a job asks for more than the job that calls it was given.
fn assert_allowed(job: &str, wanted: &Value, given: &Value) {
    let rank = |value: &Value| match value.as_str() {
        Some("write") => 2,
        Some("read") => 1,
        _ => 0,
    };
    for (name, value) in wanted.as_object().unwrap() {
        assert!(
            rank(value) <= rank(&given[name]),
            "{job} may not have {name}: {value}"
        );
    }
}
