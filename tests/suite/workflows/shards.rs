//! A plan with more to copy than one job is meant to: several share it, and one tells what they did.

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault};
use serde_json::json;

use super::repository::{CALLER, project};
use super::{Run, World, assert_results};
use crate::cli::harness::NAMESPACE;

/// A repository with six images of 40 KB each, of which one job copies no more than 100 KB.
///
/// With the layer of the fourth.
async fn world() -> Option<(World, String)> {
    let world = World::new().await?;
    let address = world.source.address();
    let (mut lines, mut layers) = (vec![], vec![]);
    for number in 0..6 {
        let image = Image::new("linux/amd64").generated_layer(40_000, number);
        let pushed = image.push(&world.source, &format!("org/app{number}"), "v1");
        layers.push(pushed.blobs.last().unwrap().digest.to_string());
        lines.push(format!("{address}/org/app{number}:v1\n"));
    }
    world.repository.commit("images.txt", &lines.concat());
    let template = std::fs::read_to_string(project().join("templates/mirror.yml"));
    let caller = template.unwrap().replace(
        "    secrets: inherit",
        "    with: { max-bytes-per-shard: 100KB }\n    secrets: inherit",
    );
    world.repository.commit(CALLER, &caller);
    Some((world, layers.swap_remove(3)))
}

impl World {
    fn apps(&self) -> usize {
        let there = |number: &usize| {
            let repository = format!("{NAMESPACE}/app{number}");
            !self.target.tags(&repository).is_empty()
        };
        (0..6).filter(there).count()
    }

    /// How many images an attempt has kept the record of.
    fn records(&self, attempt: usize) -> usize {
        let kept = format!("records-7-{attempt}/records.jsonl");
        self.repository.held(&kept).lines().count()
    }

    fn again(&self, earlier: Run) -> Run {
        let event = json!({"name": "workflow_dispatch", "inputs": {"command": "apply"}});
        tokio::task::block_in_place(|| {
            self.repository
                .attempt(None, "workflow_dispatch", event, earlier)
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_jobs_share_a_plan() {
    let Some((world, _)) = world().await else {
        return;
    };
    let run = world.by_hand("apply");
    let done = "success";
    assert_results(
        &run,
        &[
            ("apply", done),
            ("merge", done),
            ("mirror", done),
            ("shard", done),
            ("shard 0", done),
            ("shard 1", done),
            ("shard 2", done),
        ],
    );
    assert_eq!(world.apps(), 6);
    assert!(run.summary.contains("6 to create"), "{}", run.summary);
    assert!(run.summary.contains("6 created"), "{}", run.summary);
    assert_eq!(world.records(1), 6);
    // What is in place needs no other jobs.
    let run = world.by_hand("plan");
    assert_results(&run, &[("mirror", done), ("plan", done)]);
    let before = world.repository.head();
    world.repository.commit("README", "Mine");
    let run = world.run("push", json!({ "before": before }));
    assert_results(&run, &[("apply", done), ("mirror", done)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_done_again_alone() {
    let Some((world, layer)) = world().await else {
        return;
    };
    let gone = Fault::new("GET", &layer, Effect::status(404)).always();
    world.source.faults().add(gone);
    let run = world.by_hand("apply");
    let jobs = ["apply", "merge", "mirror", "shard"];
    for job in jobs {
        assert_eq!(run.jobs[job], "failure", "{job}: {}", run.log);
    }
    assert!(run.summary.contains("1 failed"), "{}", run.summary);
    assert!(run.log.contains("Re-run failed jobs"), "{}", run.log);
    assert_eq!((world.apps(), world.records(1)), (5, 5));

    world.source.faults().clear();
    let log = world.source.log().requests().len();
    let run = world.again(run);
    assert_eq!(run.jobs["mirror"], "success", "{}", run.log);
    assert_eq!((world.apps(), world.records(2)), (6, 1));
    let shards = run.jobs.keys().filter(|job| job.starts_with("shard "));
    assert_eq!(shards.count(), 1, "{:?}", run.jobs);
    assert!(
        run.summary
            .contains("5 created, 0 updated, 0 deleted, 1 unchanged"),
        "{}",
        run.summary
    );
    let requests = world.source.log().requests().split_off(log);
    let others = ["app0", "app1", "app2", "app4", "app5"];
    let bodies = requests
        .iter()
        .filter(|request| request.path.contains("/blobs/"));
    let bodies: Vec<_> = bodies.map(|request| &request.path).collect();
    let of_others = |path: &&&String| others.iter().any(|name| path.contains(name));
    assert!(!bodies.iter().any(|path| of_others(&path)), "{bodies:?}");
}
