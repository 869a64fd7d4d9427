//! Comments as commands: who may write to the repository has a pull request planned, or a stopped merge go on.

use serde_json::{Value, json};

use super::repository::git;
use super::{EMPTY, Run, World, assert_results};

impl World {
    /// Somebody says something on pull request 12.
    fn says(&self, who: &str, text: &str) -> Run {
        self.repository
            .hold("people.json", &json!({"me": "write", "reader": "read"}));
        let comment = json!({"id": 5, "body": text, "user": {"login": who}});
        let issue = json!({"number": 12, "pull_request": {"url": "x"}});
        self.run("issue_comment", json!({"issue": issue, "comment": comment}))
    }

    /// What pull request 12 would merge, which declares this list, beside a script and a link.
    fn branch_declares(&self, list: &str) {
        let source = self.repository.at("source");
        let main = self.repository.head();
        git(&source, &["checkout", "-q", "--detach"]);
        self.repository.commit("images.txt", list);
        let head = self.repository.commit("plan.sh", "touch owned");
        std::os::unix::fs::symlink("/etc/hostname", source.join("link.txt")).unwrap();
        git(&source, &["add", "link.txt"]);
        git(&source, &["commit", "-qm", "link"]);
        let head_of_branch = git(&source, &["rev-parse", "HEAD"]);
        assert_ne!(head, head_of_branch);
        let tree = git(&source, &["rev-parse", "HEAD^{tree}"]);
        let merged = git(
            &source,
            &[
                "commit-tree",
                &tree,
                "-p",
                &main,
                "-p",
                &head_of_branch,
                "-m",
                "merge",
            ],
        );
        git(&source, &["update-ref", "refs/pull/12/merge", &merged]);
        git(&source, &["checkout", "-q", "main"]);
        self.repository.hold(
            "pulls.json",
            &json!({"12": {"number": 12, "state": "open", "mergeable": true, "merged_at": null, "base": {"ref": "main"},
                "head": {"sha": head_of_branch, "repo": {"full_name": "me/mirror"}}}}),
        );
        let of_github = self.repository.at("nowhere/me");
        std::fs::create_dir_all(&of_github).unwrap();
        std::os::unix::fs::symlink(&source, of_github.join("mirror")).unwrap();
    }

    fn changes_the_pull_request(&self, change: impl FnOnce(&mut Value)) {
        let mut pulls: Value = serde_json::from_str(&self.repository.held("pulls.json")).unwrap();
        change(&mut pulls["12"]);
        self.repository.hold("pulls.json", &pulls);
    }
}

/// A pull request that declares one more image.
async fn open() -> Option<World> {
    let world = World::new().await?;
    world.repository.commit_workflow();
    let address = world.source.address();
    world.branch_declares(&format!("{address}/org/web:v1\n{address}/org/lost:v1\n"));
    Some(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_has_the_files_of_the_pull_request_planned_as_data() {
    let Some(world) = open().await else {
        return;
    };
    let run = world.says("me", "/pusher plan \r\n");
    let expected = [
        ("command", "success"),
        ("comment", "success"),
        ("mirror", "failure"),
        ("plan", "failure"),
    ];
    assert_results(&run, &expected);
    let comments = world.comments();
    assert_eq!(comments.len(), 1);
    assert!(
        comments[0].contains("lost:v1"),
        "what `main` does not declare: {}",
        comments[0]
    );
    assert!(comments[0].contains("1 to create"), "{}", comments[0]);
    assert!(world.repository.held("calls").contains("reactions"));
    assert_eq!(world.mirrored(), EMPTY);
    let saved = world.repository.held("artifact/head");
    let pulls: Value = serde_json::from_str(&world.repository.held("pulls.json")).unwrap();
    assert_eq!(saved.trim(), pulls["12"]["head"]["sha"].as_str().unwrap());

    // It is what a merge applies, though the branch itself has no plan.
    let source = world.repository.at("source");
    git(&source, &["merge", "-q", "--ff-only", "refs/pull/12/merge"]);
    let head = world.repository.head();
    world.changes_the_pull_request(|pull| {
        pull["state"] = json!("closed");
        pull["merged_at"] = json!("2026-11-27T00:00:00Z");
        pull["merge_commit_sha"] = json!(head);
    });
    let run = world.run("push", json!({"before": head}));
    assert!(
        run.log.contains("what was read on #12 is applied"),
        "{}",
        run.log
    );
    assert_eq!(world.mirrored(), ["v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_and_nothing_else_is_obeyed() {
    let Some(world) = open().await else {
        return;
    };
    for (who, text) in [
        ("reader", "/pusher plan"),
        ("stranger", "/pusher apply"),
        ("dependabot[bot]", "/pusher plan"),
        ("me", "/pusher plan; touch owned"),
        ("me", "/pusher apply $(touch owned)"),
        ("me", "/pusherplan"),
        ("me", "/pusher apply"),
    ] {
        let run = world.says(who, text);
        assert_results(&run, &[("command", "success"), ("mirror", "success")]);
    }
    let run = world.says("me", "please /pusher plan");
    assert_results(&run, &[("mirror", "success")]);
    let said = world.comments();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].contains("The commands are"), "{said:?}");
    assert!(said[2].contains("A merge applies this"), "{said:?}");
    assert_eq!(world.source.log().requests().len(), 0);

    world.changes_the_pull_request(|pull| {
        pull["head"]["repo"]["full_name"] = json!("stranger/mirror");
    });
    let run = world.says("me", "/pusher plan");
    assert_results(&run, &[("command", "success"), ("mirror", "success")]);
    assert!(
        world.comments()[3].contains("A fork's files"),
        "{:?}",
        world.comments()
    );
    assert_eq!(world.source.log().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moved_since_the_command_is_not_planned() {
    let Some(world) = open().await else {
        return;
    };
    world.changes_the_pull_request(|pull| {
        pull["head"]["sha"] = json!("0".repeat(40));
    });
    let run = world.says("me", "/pusher plan");
    assert!(
        run.log.contains("has moved on since the command was given"),
        "{}",
        run.log
    );
    assert_eq!(world.source.log().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_merge_goes_on_with_exactly_what_it_told() {
    let Some(world) = super::merge::stopped().await else {
        return;
    };
    // The same push again is no word that it goes on.
    let run = world.run("push", json!({"before": world.repository.head()}));
    assert_results(&run, &[("apply", "failure"), ("mirror", "failure")]);
    assert_eq!(world.mirrored(), EMPTY);

    world.moves("after it was told");
    let run = world.says("me", "/pusher apply");
    let expected = [
        ("apply", "success"),
        ("command", "success"),
        ("mirror", "success"),
    ];
    assert_results(&run, &expected);
    assert_eq!(world.mirrored(), ["v1"]);
    assert!(!world.has_what_the_source_has());
    let comments = world.comments();
    assert!(comments[1].contains("2 created"), "{comments:?}");
}
