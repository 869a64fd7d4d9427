//! The steps of a job: an action of this project, one of GitHub's own, or a line for the shell.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use super::expression::shown;
use super::repository::{Repository, git, project};
use super::runner::{Place, Run, filled, yaml};

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
    pub(super) fn steps(&self, steps: &Value, place: &mut Place, run: &mut Run) {
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
                Some(uses) => self.foreign(uses, &with, &place.contexts["github"]),
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
    fn foreign(&self, uses: &str, with: &Value, github: &Value) -> Value {
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
            "actions/upload-artifact" if text("name").starts_with("pusher-records-") => {
                if Path::new(&text("path")).exists() {
                    let kept = text("name").replace("pusher-records", "gh/records-7");
                    let _ = fs::remove_dir_all(self.at(&kept));
                    copy(Path::new(&text("path")), &self.at(&kept));
                    self.hold_records();
                }
                json!({})
            }
            "actions/upload-pages-artifact" => {
                copy(Path::new(&text("path")), &self.at("gh/site"));
                json!({})
            }
            "actions/deploy-pages" => {
                fs::rename(self.at("gh/site"), self.at("published")).unwrap();
                json!({"page_url": "https://me.github.example/mirror/"})
            }
            "actions/upload-artifact" if text("name").starts_with("pusher-shard") => {
                let kept = self.at("shards").join(text("name"));
                if Path::new(&text("path")).exists() {
                    let again = text("overwrite") == "true";
                    assert!(again || !kept.exists(), "there is such an artifact");
                    let _ = fs::remove_dir_all(&kept);
                    copy(Path::new(&text("path")), &kept);
                }
                json!({})
            }
            "actions/download-artifact" => {
                let (kept, path) = (self.at("shards"), text("path"));
                let Some(begin) = text("pattern").strip_suffix('*').map(str::to_owned) else {
                    copy(&kept.join(text("name")), Path::new(&path));
                    return json!({});
                };
                for artifact in fs::read_dir(kept).unwrap().map(Result::unwrap) {
                    let name = artifact.file_name().into_string().unwrap();
                    if name.starts_with(&begin) {
                        copy(&artifact.path(), &Path::new(&path).join(name));
                    }
                }
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
                    self.hold_artifact(&text("name"), github);
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
        let mut patience = 2000;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if !place.cancelled && self.cancel.as_ref().is_some_and(|cancel| cancel()) {
                place.cancelled = true;
                // The step's own shell, and nobody else.
                let id = child.id().to_string();
                let sent = Command::new("kill").args(["-INT", &id]).status();
                assert!(sent.unwrap().success());
            }
            // GitHub gives a cancelled step ten seconds.
            patience -= i32::from(place.cancelled);
            if patience == 0 {
                child.kill().unwrap();
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
