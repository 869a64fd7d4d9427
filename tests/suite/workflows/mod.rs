//! The workflows, run step by step as GitHub would, for a repository that calls them: with the program itself, and
//! registries inside this process.
#![cfg(target_os = "linux")]

mod commands;
mod expression;
mod form;
mod merge;
mod page;
mod repository;
mod runner;
mod shards;
mod steps;

use std::sync::Arc;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Effect, Fault, Options, Sandbox};
use serde_json::{Value, json};

use crate::cli::harness::NAMESPACE;
use crate::support::registry::{PASSWORD, USER};
use crate::support::tools;
use repository::Repository;
use runner::Run;

const ZEROS: &str = "0000000000000000000000000000000000000000";

/// A repository with one image in its list, and the registries.
struct World {
    source: Arc<Sandbox>,
    target: Arc<Sandbox>,
    repository: Repository,
}

impl World {
    /// `None` where there is no jq, which was then said aloud.
    async fn new() -> Option<Self> {
        tools::find("jq", "running the workflows")?;
        let source = Sandbox::start(Options::default()).await.unwrap();
        let auth = Auth::basic(USER, PASSWORD);
        let target = Sandbox::start(Options {
            auth,
            ..Options::default()
        })
        .await
        .unwrap();
        Image::new("linux/amd64")
            .layer("web")
            .push(&source, "org/web", "v1");
        let mut repository = Repository::new(&format!("{}/org/web:v1\n", source.address()));
        let settings = [
            ("ALIYUN_REGISTRY", target.address()),
            ("ALIYUN_NAME_SPACE", NAMESPACE),
        ];
        repository.variables = settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let secrets = [
            ("ALIYUN_REGISTRY_USER", USER),
            ("ALIYUN_REGISTRY_PASSWORD", PASSWORD),
        ];
        repository.secrets = secrets
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        Some(Self {
            source: Arc::new(source),
            target: Arc::new(target),
            repository,
        })
    }

    fn run(&self, name: &str, mut event: Value) -> Run {
        event["name"] = json!(name);
        tokio::task::block_in_place(|| self.repository.run(None, name, event))
    }

    fn by_hand(&self, command: &str) -> Run {
        self.run("workflow_dispatch", json!({"inputs": {"command": command}}))
    }

    /// A pull request of this repository, or of another one.
    fn pull_request(&self, from: &str) -> Run {
        let head = json!({"sha": self.repository.head(), "repo": {"full_name": from}});
        let base = json!({"ref": "main"});
        self.repository.hold(
            "pulls.json",
            &json!({"12": {"number": 12, "state": "open", "head": head, "base": base}}),
        );
        self.run(
            "pull_request",
            json!({"number": 12, "pull_request": {"number": 12, "head": head}}),
        )
    }

    fn mirrored(&self) -> Vec<String> {
        self.target.tags(&format!("{NAMESPACE}/web"))
    }

    fn comments(&self) -> Vec<String> {
        let comments: Value = serde_json::from_str(&self.repository.held("comments.json")).unwrap();
        let bodies = comments.as_array().unwrap().iter();
        bodies
            .map(|comment| comment["body"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn results(run: &Run) -> Vec<(&str, &str)> {
    let ran = run.jobs.iter().filter(|(_, result)| *result != "skipped");
    ran.map(|(job, result)| (job.as_str(), result.as_str()))
        .collect()
}

/// Asserts which jobs ran, and how each ended.
#[track_caller]
fn assert_results(run: &Run, expected: &[(&str, &str)]) {
    assert_eq!(results(run), expected, "{}", run.log);
}

const EMPTY: [String; 0] = [];

#[tokio::test(flavor = "multi_thread")]
async fn the_first_push_is_planned_the_next_one_applied() {
    let Some(world) = World::new().await else {
        return;
    };
    let before = world.repository.head();
    world.repository.commit_workflow();
    for before in [ZEROS, &before] {
        let run = world.run("push", json!({"before": before}));
        assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
        assert!(run.summary.contains("1 to create"), "{}", run.summary);
        assert!(
            run.log.contains("::notice::this push brought the workflow"),
            "{}",
            run.log
        );
        assert_eq!(world.mirrored(), EMPTY);
    }
    let run = world.by_hand("plan");
    assert_results(&run, &[("mirror", "success"), ("plan", "success")]);
    assert_eq!(world.mirrored(), EMPTY);

    let before = world.repository.head();
    world.repository.commit("README", "Mine");
    let run = world.run("push", json!({"before": before}));
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert!(run.summary.contains("1 created"), "{}", run.summary);
    assert_eq!(world.mirrored(), ["v1"]);
    assert_eq!(
        world.repository.builds(),
        1,
        "the others had it from the cache"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_by_hand_applies() {
    let Some(world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    let run = world.by_hand("apply");
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert_eq!(world.mirrored(), ["v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_from_a_branch_gets_one_comment_however_often_it_runs() {
    let Some(world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    for _ in 0..2 {
        let run = world.pull_request("me/mirror");
        assert_results(
            &run,
            &[
                ("comment", "success"),
                ("mirror", "success"),
                ("plan", "success"),
            ],
        );
        let comments = world.comments();
        assert_eq!(comments.len(), 1);
        assert!(comments[0].contains("1 to create"), "{}", comments[0]);
    }
    assert_eq!(world.mirrored(), EMPTY);
    let saved: Value = serde_json::from_str(&world.repository.held("artifact/plan.json")).unwrap();
    assert_eq!(saved["target"]["namespace"], json!(NAMESPACE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_from_a_fork_asks_no_registry_and_is_told_of_by_another_run() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    world.repository.secrets.clear();
    let run = world.pull_request("stranger/mirror");
    assert_results(&run, &[("mirror", "success"), ("plan", "success")]);
    assert!(
        run.summary.contains("No registry was asked"),
        "{}",
        run.summary
    );
    assert_eq!(world.comments(), EMPTY);
    assert_eq!(world.source.log().requests().len(), 0);

    let repository = json!({"id": 1, "full_name": "stranger/mirror"});
    let event = json!({"name": "workflow_run", "workflow_run": {
        "id": 7, "event": "pull_request", "conclusion": "success", "head_sha": world.repository.head(),
        "head_branch": "b", "head_repository": repository, "html_url": "https://github.example/run/7",
        "actor": {"login": "stranger"},
    }});
    let workflow = Some(".github/workflows/plan-comment.yml");
    let run = tokio::task::block_in_place(|| world.repository.run(workflow, "workflow_run", event));
    assert_results(&run, &[("comment", "success")]);
    assert!(
        world.comments()[0].contains("From a fork"),
        "{:?}",
        world.comments()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_is_named() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    world.repository.secrets.remove("ALIYUN_REGISTRY_PASSWORD");
    let run = world.pull_request("me/mirror");
    assert_results(
        &run,
        &[
            ("comment", "success"),
            ("mirror", "failure"),
            ("plan", "failure"),
        ],
    );
    assert!(
        run.log.contains("missing: ALIYUN_REGISTRY_PASSWORD"),
        "{}",
        run.log
    );
    assert!(
        world.comments()[0].contains("missing: ALIYUN_REGISTRY_PASSWORD"),
        "{:?}",
        world.comments()
    );
    world.repository.secrets.clear();
    world.repository.variables.clear();
    let run = world.run("schedule", json!({}));
    assert_results(&run, &[("drift", "success"), ("mirror", "success")]);
    assert!(
        run.log.contains("::notice::no registry is set up"),
        "{}",
        run.log
    );
    let run = world.by_hand("apply");
    assert_results(&run, &[("apply", "failure"), ("mirror", "failure")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_the_build_is_kept() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    let wrong = "not this one".to_owned();
    world
        .repository
        .secrets
        .insert("ALIYUN_REGISTRY_PASSWORD".to_owned(), wrong.clone());
    let run = world.pull_request("me/mirror");
    assert_results(
        &run,
        &[
            ("comment", "success"),
            ("mirror", "failure"),
            ("plan", "failure"),
        ],
    );
    assert!(
        world.comments()[0].contains("`ALIYUN_REGISTRY_PASSWORD` was refused"),
        "{:?}",
        world.comments()
    );
    assert!(!format!("{run:?}{:?}", world.comments()).contains(&wrong));
    let run = world.by_hand("apply");
    assert_results(&run, &[("apply", "failure"), ("mirror", "failure")]);
    assert!(
        run.summary
            .contains("`ALIYUN_REGISTRY_PASSWORD` was refused"),
        "{}",
        run.summary
    );
    assert_eq!(world.repository.builds(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_there_is_told() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    world
        .repository
        .variables
        .insert("ALIYUN_REGISTRY".to_owned(), free.to_string());
    for command in ["plan", "apply", "drift"] {
        let run = world.by_hand(command);
        let mut expected = [(command, "failure"), ("mirror", "failure")];
        expected.sort_unstable();
        assert_results(&run, &expected);
        assert!(run.summary.contains(&free.to_string()), "{}", run.summary);
    }
    assert_eq!(
        world.repository.held("issues.json"),
        "[]",
        "nothing is known, so nothing is said"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_says_what_was_done() {
    let Some(mut world) = World::new().await else {
        return;
    };
    let slow = Image::new("linux/amd64").generated_layer(1 << 20, 7);
    let slow = slow.push(&world.source, "org/slow", "v1");
    let layer = slow.blobs.last().unwrap().digest.to_string();
    let stall = Effect::StallBody { after: 1000 };
    world
        .source
        .faults()
        .add(Fault::new("GET", &layer, stall).always());
    let address = world.source.address().to_owned();
    world.repository.commit(
        "images.txt",
        &format!("{address}/org/web:v1\n{address}/org/slow:v1\n"),
    );
    world.repository.commit_workflow();
    let (source, target) = (world.source.clone(), world.target.clone());
    world.repository.cancel = Some(Box::new(move || {
        let requests = source.log().requests();
        requests.iter().any(|request| request.path.contains(&layer))
            && !target.tags(&format!("{NAMESPACE}/web")).is_empty()
    }));
    let run = world.by_hand("apply");
    assert_results(&run, &[("apply", "cancelled"), ("mirror", "cancelled")]);
    assert!(
        run.summary.contains("1 created"),
        "{}\n{}",
        run.summary,
        run.log
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_opens_an_issue_and_closes_it() {
    let Some(world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    for (state, kind) in [("open", "schedule"), ("closed", "schedule")] {
        let run = world.run(kind, json!({}));
        assert_results(&run, &[("drift", "success"), ("mirror", "success")]);
        let issues: Value = serde_json::from_str(&world.repository.held("issues.json")).unwrap();
        assert_eq!(issues[0]["state"], json!(state), "{issues}");
        world.by_hand("apply");
    }
}

#[test]
fn only_what_sends_messages_gets_the_addresses_of_robots_and_masks_them() {
    let folder = repository::project().join(".github/workflows");
    let mut found = vec![];
    for file in ["apply.yml", "mirror.yml", "lock.yml"] {
        let workflow = runner::yaml(&folder.join(file));
        for job in workflow["jobs"].as_object().unwrap().values() {
            for step in job["steps"].as_array().into_iter().flatten() {
                let environment = &step["env"];
                let secret = ["PUSHER_NOTIFY", "PUSHER_NOTIFY_SECRET"];
                if !environment.to_string().contains(secret[0]) {
                    continue;
                }
                for name in secret {
                    let mask = format!("${{{{ secrets.{name} }}}}\n");
                    assert!(environment["PUSHER_MASK"].as_str().unwrap().contains(&mask));
                    assert!(environment[name].is_string(), "{file}: {name}");
                }
                found.push(step["with"]["command"].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(found, ["apply", "merge-shards", "drift", "lock"]);
}
