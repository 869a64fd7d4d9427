//! The page, published: made of the default branch, with what earlier runs have kept, where it tells no secret.

use serde_json::{Value, json};

use super::{Run, World, assert_results};
use crate::cli::harness::NAMESPACE;

const WORKFLOW: &str = "templates/page.yml";

impl World {
    /// Something happens that may bring a new page.
    fn page(&self, name: &str, mut event: Value) -> Run {
        event["name"] = json!(name);
        tokio::task::block_in_place(|| self.repository.run(Some(WORKFLOW), name, event))
    }

    /// Returns what the page shows that is published.
    fn published(&self) -> Option<Value> {
        let page = std::fs::read_to_string(self.repository.at("published/index.html")).ok()?;
        let (_, data) = page.split_once("id=\"data\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        Some(serde_json::from_str(data).unwrap())
    }
}

const PUBLISHED: [(&str, &str); 2] = [("deploy", "success"), ("page", "success")];

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_published_and_tells_of_earlier_runs_once_there_are_any() {
    let Some(world) = World::new().await else {
        return;
    };
    world.repository.commit_workflow();
    let run = world.page("schedule", json!({}));
    assert_results(&run, &PUBLISHED);
    let page = world.published().unwrap();
    assert_eq!(page["images"][0]["states"], json!(["missing"]));
    assert_eq!(page["runs"], json!([]));

    std::fs::remove_dir_all(world.repository.at("published")).unwrap();
    assert_results(
        &world.by_hand("apply"),
        &[("apply", "success"), ("mirror", "success")],
    );
    let applied = json!({"workflow_run": {"event": "push", "conclusion": "success"}});
    let run = world.page("workflow_run", applied);
    assert_results(&run, &PUBLISHED);
    assert!(
        run.log.contains("1 runs have kept what they copied"),
        "{}",
        run.log
    );
    let page = world.published().unwrap();
    assert_eq!(page["images"][0]["states"], json!(["in-place"]));
    assert_eq!(page["runs"][0]["copied"].as_array().unwrap().len(), 1);
    assert_eq!(page["runs"][0]["commit"], world.repository.head());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pull_request_and_no_secret_gets_onto_a_page() {
    let Some(mut world) = World::new().await else {
        return;
    };
    let planned = json!({"workflow_run": {"event": "pull_request", "conclusion": "success"}});
    let run = world.page("workflow_run", planned);
    assert_eq!(run.log, "", "no job has run");
    for secret in [world.target.address(), NAMESPACE] {
        world
            .repository
            .secrets
            .insert("ALIYUN_REGISTRY_USER".to_owned(), secret.to_owned());
        let run = world.page("workflow_dispatch", json!({}));
        assert_results(&run, &[("page", "failure")]);
        assert!(
            run.log.contains("::error::nothing is published"),
            "{}",
            run.log
        );
    }
    assert_eq!(world.published(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_set_up_nothing_is_published() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.repository.secrets.clear();
    world.repository.variables.clear();
    assert_results(&world.page("schedule", json!({})), &[("page", "success")]);
    assert_eq!(world.published(), None);
}
