//! Stands in for GitHub: runs a repository's workflow, the workflows and actions that it calls, and every
//! step of them, in the order and with the environment that GitHub gives.
//!
//! What runs is what the files of this project say: their `run` lines, with bash. The program is the one that was
//! built for the tests; `gh` is stood in for by `tests/workflows/gh`, and cargo by what copies the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::expression::{Scope, shown};
use super::repository::{CALLER, Repository, project};

/// Where a user's repository calls what is here.
const PUBLISHED: &str = "OWNER/pusher/";

/// How a run went.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// `success`, `failure`, `cancelled` or `skipped`, by job.
    pub(super) jobs: BTreeMap<String, String>,
    /// What a job handed on, by its name, and that of a matrix with its place in that.
    outputs: BTreeMap<String, Value>,
    /// What all steps printed.
    pub(super) log: String,
    /// What their summaries say.
    pub(super) summary: String,
}

/// Where steps run: a job's machine, or an action on it.
pub(super) struct Place {
    pub(super) contexts: Value,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) failed: bool,
    pub(super) cancelled: bool,
}

pub(super) fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

impl Repository {
    /// Something happened: the repository's workflow runs, or else the one that is named.
    pub(super) fn run(&self, workflow: Option<&str>, name: &str, event: Value) -> Run {
        self.attempt(workflow, name, event, Run::default())
    }

    /// A run that went as the earlier one is done again, without the jobs that went well there.
    pub(super) fn attempt(
        &self,
        workflow: Option<&str>,
        name: &str,
        mut event: Value,
        earlier: Run,
    ) -> Run {
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
        let attempt = if earlier.jobs.is_empty() { 1 } else { 2 };
        let github = json!({
            "event_name": name, "event": event, "repository": "me/mirror", "repository_owner": "me",
            "ref_name": branch, "ref_type": "branch", "sha": self.head(), "run_id": 7, "run_attempt": attempt, "actor": "me",
            "workflow": caller["name"], "server_url": "https://github.example", "token": "of the run",
            "action_repository": "OWNER/pusher", "action_ref": "0123456789012345678901234567890123456789",
        });
        let mut run = Run {
            outputs: earlier.outputs,
            ..Run::default()
        };
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
            let ready = waiting
                .iter()
                .position(|(_, job)| needed(job).iter().all(|name| needs.contains_key(*name)));
            let (name, job) = waiting.remove(ready.expect("jobs that wait for each other"));
            let contexts = json!({
                "github": github, "inputs": inputs, "secrets": secrets, "vars": self.variables, "needs": needs,
            });
            // A job that was not to run is no failure, but what needs it does not run by itself.
            let before = needed(job)
                .into_iter()
                .map(|name| shown(&needs[name]["result"]));
            let scope = Scope {
                contexts: &contexts,
                failed: before.into_iter().any(|result| result != "success"),
                cancelled: false,
            };
            let mut outputs = json!({});
            let result = if !scope.condition(job.get("if")) {
                "skipped".to_owned()
            } else if let Some(uses) = job["uses"].as_str() {
                self.call(uses, job, &scope, run)
            } else {
                self.jobs(name, job, &scope, run, &mut outputs)
            };
            run.jobs.insert(name.clone(), result.clone());
            needs.insert(name.clone(), json!({"result": result, "outputs": outputs}));
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
        let mut nested = Run {
            outputs: std::mem::take(&mut run.outputs),
            ..Run::default()
        };
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
        run.outputs = nested.outputs;
        run.log += &nested.log;
        run.summary += &nested.summary;
        worst.unwrap_or("success").to_owned()
    }

    /// A job, or one for each entry of its matrix: what went well in an earlier attempt is not done again.
    fn jobs(
        &self,
        name: &str,
        job: &Value,
        scope: &Scope,
        run: &mut Run,
        outputs: &mut Value,
    ) -> String {
        let matrix = job["strategy"]["matrix"].as_str();
        let matrix = matrix.map(|text| {
            let inner = text.strip_prefix("${{").unwrap().strip_suffix("}}");
            scope.value(inner.unwrap())["include"].clone()
        });
        if matrix.is_some() {
            assert_eq!(job["strategy"]["fail-fast"], json!(false));
        }
        let entries = matrix.as_ref().and_then(Value::as_array);
        let entries = entries.map_or_else(|| vec![Value::Null], Clone::clone);
        assert!(!entries.is_empty(), "GitHub takes no empty matrix");
        let mut worst = "success".to_owned();
        for (at, entry) in entries.iter().enumerate() {
            let known = if matrix.is_some() {
                format!("{name} {at}")
            } else {
                name.to_owned()
            };
            // Whatever needs one that is done again is done again, too: `merge` never goes well before.
            if let Some(earlier) = run.outputs.get(&known) {
                outputs.clone_from(earlier);
                continue;
            }
            let mut contexts = scope.contexts.clone();
            contexts["matrix"] = entry.clone();
            let result = self.job(job, &contexts, run, outputs);
            if result == "success" {
                run.outputs.insert(known.clone(), outputs.clone());
            }
            if matrix.is_some() {
                run.jobs.insert(known, result.clone());
            }
            if worst != "cancelled" && result != "success" {
                worst = result;
            }
        }
        worst
    }

    fn job(&self, job: &Value, contexts: &Value, run: &mut Run, outputs: &mut Value) -> String {
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
        let attempt = shown(&place.contexts["github"]["run_attempt"]);
        place
            .environment
            .insert("GITHUB_RUN_ATTEMPT".to_owned(), attempt);
        self.steps(&job["steps"], &mut place, run);
        if let Some(named) = job["outputs"].as_object() {
            *outputs = filled(named, &place.scope());
        }
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
            ("GITHUB_SHA", self.head()),
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
}

impl Place {
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            contexts: &self.contexts,
            failed: self.failed,
            cancelled: self.cancelled,
        }
    }
}

pub(super) fn filled(values: &Map<String, Value>, scope: &Scope) -> Value {
    let filled = values
        .iter()
        .map(|(name, value)| (name.clone(), json!(scope.text(&shown(value)))));
    Value::Object(filled.collect())
}

/// Returns the jobs that a job waits for.
fn needed(job: &Value) -> Vec<&str> {
    match &job["needs"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    }
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
