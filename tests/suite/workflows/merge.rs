//! A pull request is merged: what was read on it is applied, and nothing else.

use pusher::sandbox::images::Image;
use serde_json::{Value, json};

use super::{EMPTY, World, assert_results};
use crate::cli::harness::NAMESPACE;

impl World {
    /// What was read on pull request 12 is what `main` holds now, and what is pushed.
    pub(super) fn merge(&self) -> super::Run {
        let mut pulls: Value = serde_json::from_str(&self.repository.held("pulls.json")).unwrap();
        let head = self.repository.head();
        pulls["12"]["state"] = json!("closed");
        pulls["12"]["merged_at"] = json!("2026-11-27T00:00:00Z");
        pulls["12"]["merge_commit_sha"] = json!(head);
        self.repository.hold("pulls.json", &pulls);
        self.run("push", json!({"before": head}))
    }

    /// The source has another image under the tag.
    pub(super) fn moves(&self, text: &str) {
        Image::new("linux/amd64")
            .layer(text)
            .push(&self.source, "org/web", "v1");
    }

    /// What the target has under the tag, as the source has it by now.
    pub(super) fn has_what_the_source_has(&self) -> bool {
        let of_source = self.source.tag("org/web", "v1");
        let of_target = self.target.tag(&format!("{NAMESPACE}/web"), "v1");
        of_target.is_some() && of_source == of_target
    }

    /// The list on `main` has these images by now, and so has the source.
    pub(super) fn declares(&self, names: &[&str]) {
        let address = self.source.address();
        for name in names.iter().filter(|name| **name != "web") {
            let image = Image::new("linux/amd64").layer(name);
            image.push(&self.source, &format!("org/{name}"), "v1");
        }
        let lines = names
            .iter()
            .map(|name| format!("{address}/org/{name}:v1\n"));
        let list: String = lines.collect();
        self.repository.commit("images.txt", &list);
    }
}

/// A pull request whose plan was read.
async fn read_by_somebody(from: &str) -> Option<World> {
    let world = World::new().await?;
    world.repository.commit_workflow();
    world.pull_request(from);
    Some(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_applies_the_digests_that_were_read() {
    let Some(world) = read_by_somebody("me/mirror").await else {
        return;
    };
    assert!(
        world.comments()[0].contains("**When it is merged:** exactly what stands here is applied."),
        "{:?}",
        world.comments()
    );
    world.moves("nobody has seen this");
    let run = world.merge();
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert_eq!(world.mirrored(), ["v1"]);
    assert!(!world.has_what_the_source_has());
    assert_eq!(world.comments().len(), 1, "all went as the plan said");

    // Who pushes straight to `main` has what is there now.
    world.repository.commit("README", "Mine");
    let run = world.run("push", json!({"before": world.repository.head()}));
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert!(world.has_what_the_source_has());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_after_another_one_is_no_surprise() {
    let Some(world) = read_by_somebody("me/mirror").await else {
        return;
    };
    world.declares(&["other"]);
    world.run("push", json!({"before": world.repository.head()}));
    assert_eq!(world.mirrored(), EMPTY);
    world.declares(&["other", "web"]);
    let run = world.merge();
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert!(
        run.log.contains("what was read on #12 is applied"),
        "{}",
        run.log
    );
}

/// A merge that has stopped, as another one came before it.
pub(super) async fn stopped() -> Option<World> {
    let world = read_by_somebody("me/mirror").await?;
    world.declares(&["web", "unread"]);
    let run = world.merge();
    assert_results(&run, &[("apply", "failure"), ("mirror", "failure")]);
    assert_eq!(world.mirrored(), EMPTY);
    Some(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_stops_where_something_else_would_be_done() {
    let Some(world) = stopped().await else {
        return;
    };
    let comments = world.comments();
    let told = &comments[1];
    assert!(told.contains("Merged, and nothing was applied"), "{told}");
    assert!(
        told.contains("1 new, 0 different, 0 gone, 1 the same"),
        "{told}"
    );
    assert!(told.contains("| create | `unread:v1` |"), "{told}");

    let run = world.by_hand("apply");
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert_eq!(world.mirrored(), ["v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_goes_on_where_the_workflow_says_so() {
    let Some(world) = World::new().await else {
        return;
    };
    let template =
        std::fs::read_to_string(super::repository::project().join("templates/mirror.yml"));
    let caller = template.unwrap().replace(
        "    secrets: inherit",
        "    with: { on-stale: go-on }\n    secrets: inherit",
    );
    world.repository.commit(super::repository::CALLER, &caller);
    world.pull_request("me/mirror");
    assert!(
        world.comments()[0].contains("that is applied, and what differs is shown here"),
        "{:?}",
        world.comments()
    );
    world.declares(&["web", "unread"]);
    let run = world.merge();
    assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
    assert_eq!(world.mirrored(), ["v1"]);
    let told = &world.comments()[1];
    assert!(told.contains("Merged and applied, though"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_fork_is_applied_nor_what_another_workflow_made() {
    for forged in [None, Some(".github/workflows/other.yml")] {
        let from = forged.map_or("stranger/mirror", |_| "me/mirror");
        let Some(world) = read_by_somebody(from).await else {
            return;
        };
        if let Some(path) = forged {
            let runs = world.repository.held("runs.json");
            let mut runs: Value = serde_json::from_str(&runs).unwrap();
            runs["7"]["path"] = json!(path);
            world.repository.hold("runs.json", &runs);
        }
        world.moves("as it is now");
        let run = world.merge();
        if forged.is_some() {
            // Something stands where the plan should be: somebody has to look.
            assert_results(&run, &[("apply", "failure"), ("mirror", "failure")]);
            assert_eq!(world.mirrored(), EMPTY, "{}", run.log);
        } else {
            assert_results(&run, &[("apply", "success"), ("mirror", "success")]);
            assert!(world.has_what_the_source_has(), "{}", run.log);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_edited_is_refused_and_the_merge_stops() {
    let Some(world) = read_by_somebody("me/mirror").await else {
        return;
    };
    let text = world.repository.held("artifact/plan.json");
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    plan["changes"][0]["expected"]["digest"] = json!(format!("sha256:{}", "0".repeat(64)));
    world.repository.hold("artifact/plan.json", &plan);
    let run = world.merge();
    assert_results(&run, &[("apply", "failure"), ("mirror", "failure")]);
    assert!(
        run.log.contains("is not applied: for `web:v1` it expects"),
        "{}",
        run.log
    );
    assert_eq!(world.mirrored(), EMPTY);
}
