//! The whole story on the real registry, from a pull request to a prune: after each chapter the next
//! plan is empty, and the same inputs print the same bytes.

use pusher::model::Digest;
use pusher::sandbox::images::{Artifact, Image};

use super::mirror::{GENERIC, Mirror, NAMESPACE};
use crate::support::registry::{Setup, TestRegistry};

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

fn told(kind: &str, target: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), target.to_owned())]
}

/// Ends a chapter: the plan is empty, whoever asks and in whatever form, and says so in the same
/// bytes each time.
fn assert_settled(mirror: &Mirror, images: u64) {
    mirror.assert_in_place(images);
    assert_same_bytes(mirror);
}

fn assert_same_bytes(mirror: &Mirror) {
    for form in ["human", "json", "markdown"] {
        let line = format!("plan --locked --prune --format {form}");
        assert_eq!(mirror.run(&line, 0), mirror.run(&line, 0), "{form}");
    }
}

struct Story {
    source: TestRegistry,
    mirror: Mirror,
}

impl Story {
    async fn begin() -> Option<Self> {
        let source = TestRegistry::real(&Setup::default()).await?;
        let mirror = Mirror::from(source.address(), &Setup::default()).await?;
        Some(Self { source, mirror })
    }

    async fn upstream(&self, name: &str, content: &str) -> Digest {
        let image = image(content);
        self.source
            .push(&image, &format!("org/{name}"), "latest")
            .await
    }

    async fn someone_pushes(&self, name: &str) -> Digest {
        let repository = format!("{NAMESPACE}/{name}");
        let theirs = image("theirs");
        self.mirror
            .target
            .push(&theirs, &repository, "latest")
            .await
    }

    async fn held(&self, name: &str) -> Option<Digest> {
        let repository = format!("{NAMESPACE}/{name}");
        self.mirror.target.tag(&repository, "latest").await
    }

    fn declare(&self, names: &[&str]) {
        let lines = names
            .iter()
            .map(|name| format!("  - SOURCE/org/{name}:latest\n"));
        let images: String = lines.collect();
        self.mirror.declare(GENERIC, &format!("images:\n{images}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_pull_request_to_a_prune() {
    let Some(story) = Story::begin().await else {
        return;
    };
    let mirror = &story.mirror;
    let app = story.upstream("app", "app 1").await;
    story.declare(&["app"]);
    mirror.run("lock", 0);
    mirror.run("apply --locked", 0);
    assert_settled(mirror, 1);

    // A pull request adds an image; what is reviewed is kept.
    let web = story.upstream("web", "web 1").await;
    story.declare(&["app", "web"]);
    mirror.run("lock", 0);
    assert_same_bytes(mirror);
    let reviewed = mirror.plan().expected("web:latest").clone();
    assert_eq!(reviewed, web.to_string());
    mirror.run("plan --locked --out plan.json", 0);

    // Both sources move before the merge. What was reviewed arrives.
    let (app_2, web_2) = (
        story.upstream("app", "app 2").await,
        story.upstream("web", "web 2").await,
    );
    mirror.run("apply --locked plan.json", 0);
    assert_eq!(story.held("app").await, Some(app));
    assert_eq!(story.held("web").await, Some(web.clone()));
    assert_settled(mirror, 2);

    // Someone pushes over a tag: drift names it, apply mends it.
    story.someone_pushes("web").await;
    let found = mirror.drift(2);
    assert!(
        found.contains(&told("target-changed", "web:latest")[0]),
        "{found:?}"
    );
    mirror.run("apply --locked", 0);
    assert_eq!(story.held("web").await, Some(web));
    assert_settled(mirror, 2);

    // The lock moves by a commit; one target moves after its plan, and that image alone is stale.
    mirror.run("lock --update", 0);
    mirror.run("plan --out plan.json", 0);
    let theirs = story.someone_pushes("web").await;
    let answer = mirror.run("apply plan.json --report report.json", 1);
    assert!(answer.contains("1 updated"), "{answer}");
    assert!(answer.contains("1 stale"), "{answer}");
    assert_eq!(story.held("app").await, Some(app_2.clone()));
    assert_eq!(story.held("web").await, Some(theirs));
    mirror.run("apply --locked", 0);
    assert_eq!(story.held("web").await, Some(web_2));
    assert_settled(mirror, 2);
    assert_eq!(mirror.drift(0), []);

    // An image leaves the list: prune removes that tag and nothing else.
    story.declare(&["app"]);
    mirror.run("lock", 0);
    assert_eq!(mirror.drift(2), told("not-declared", "web:latest"));
    assert_same_bytes(mirror);
    mirror.run("apply --prune", 0);
    assert_eq!(story.held("web").await, None);
    assert_eq!(story.held("app").await, Some(app_2));
    assert_settled(mirror, 1);
    mirror.run("lock", 0);
    assert_eq!(mirror.drift(0), []);
}
