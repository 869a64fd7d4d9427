//! `plan --prune --out` and `apply PLAN`: what was reviewed goes, and nothing that a plan alone says.

use pusher::render::schemas::{SchemaKind, schema};
use pusher::sandbox::Sandbox;
use pusher::sandbox::images::{Artifact, Image};
use serde_json::{Value, json};

use super::harness::{NAMESPACE, Place, pair};
use super::saved::said;

struct World {
    _source: Sandbox,
    target: Sandbox,
    place: Place,
    /// `old:v1` and `web:v1`, as they were mirrored.
    old: Artifact,
    web: Artifact,
}

fn push(registry: &Sandbox, repository: &str, text: &str) -> Artifact {
    let image = Image::new("linux/amd64").layer(text);
    image.push(registry, repository, "v1")
}

impl World {
    /// Three images were locked and mirrored; then one leaves the files, and one gets another name.
    async fn new() -> Self {
        let (source, target) = pair().await;
        push(&source, "org/app", "app");
        let (old, web) = (
            push(&source, "org/old", "old"),
            push(&source, "org/web", "web"),
        );
        let place = Place::between(&source, &target);
        let [app, gone, kept] = ["app", "old", "web"].map(|name| format!("SOURCE/org/{name}:v1"));
        place.declare(&[&app, &gone, &kept]);
        for step in ["lock", "apply"] {
            let ran = place.run(step);
            assert_eq!(ran.status, 0, "{step}: {}", ran.whole());
        }
        let renamed = format!("{{ source: '{kept}', target: 'site:v1' }}");
        place.declare(&[&app, &renamed]);
        let ran = place.run("lock");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        Self {
            _source: source,
            target,
            place,
            old,
            web,
        }
    }

    fn plan(&self, typed: &str) -> Value {
        let ran = self.place.run(&format!("plan {typed} --out plan.json"));
        assert_eq!(ran.status, 0, "{}", ran.whole());
        let text = std::fs::read_to_string(self.place.path().join("plan.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn held(&self, repository: &str) -> Option<String> {
        let held = self.target.tag(&format!("{NAMESPACE}/{repository}"), "v1");
        held.map(|digest| digest.to_string())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_is_deleted_and_renamed() {
    let world = World::new().await;
    let planned = world.plan("--prune");
    let validator = jsonschema::validator_for(&schema(SchemaKind::PlanFile)).unwrap();
    validator.validate(&planned).unwrap();
    let changes = planned["changes"].as_array().unwrap().iter();
    let told: Vec<_> = changes
        .map(|change| json!([change["target"], change["action"], change["renamed_to"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["app:v1", "no-op", null]),
            json!(["site:v1", "create", null]),
            json!(["old:v1", "delete", null]),
            json!(["web:v1", "delete", "site:v1"]),
        ]
    );
    let ran = world.place.run("apply -q plan.json");
    insta::assert_snapshot!("saved_prune_applied", ran.whole());
    assert_eq!((world.held("old"), world.held("web")), (None, None));
    assert_eq!(world.held("site"), Some(world.web.digest.to_string()));
    // A second time it has nothing to do, and neither has a new plan.
    let ran = world.place.run("apply --prune plan.json");
    assert!(
        ran.stdout.contains("2 images are in place"),
        "{}",
        ran.whole()
    );
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let ran = world.place.run("plan --prune --detailed-exitcode");
    assert_eq!(ran.status, 0, "{}", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_shows_no_deletion_deletes_nothing() {
    let world = World::new().await;
    world.plan("");
    // Whoever asks for more than was shown is told so.
    let ran = world.place.run("apply --prune plan.json");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    assert!(
        ran.stderr.contains("it was made without `--prune`"),
        "{ran:?}"
    );
    let ran = world.place.run("apply plan.json");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert_eq!(world.held("old"), Some(world.old.digest.to_string()));
    assert_eq!(world.held("web"), Some(world.web.digest.to_string()));
}

type Edit = Box<dyn Fn(&mut Value)>;

#[tokio::test(flavor = "multi_thread")]
async fn forged_deletions_are_refused() {
    let world = World::new().await;
    let theirs = push(&world.target, &format!("{NAMESPACE}/theirs"), "theirs");
    let good = world.plan("--prune");
    world.target.log().clear();
    let delete = |name: &str, digest: &Value| {
        json!({ "target": name, "action": "delete", "source": null, "before": digest,
                "expected": null })
    };
    let app = good["changes"][0]["before"].clone();
    let theirs = json!(theirs.digest.to_string());
    let adding = |change: Value| -> Edit {
        Box::new(move |plan| plan["changes"].as_array_mut().unwrap().push(change.clone()))
    };
    let cases: Vec<(&str, Edit)> = vec![
        ("never declared", adding(delete("theirs:v1", &theirs))),
        ("out of the namespace", adding(delete("../app:v1", &theirs))),
        (
            "still declared",
            Box::new(move |plan| plan["changes"][0] = delete("app:v1", &app)),
        ),
        (
            "another digest",
            Box::new(move |plan| plan["changes"][2]["before"] = theirs.clone()),
        ),
        (
            "another new name",
            Box::new(|plan| plan["changes"][3]["renamed_to"] = json!("app:v1")),
        ),
        (
            "no new name",
            Box::new(|plan| plan["changes"][3]["renamed_to"] = json!(null)),
        ),
        (
            "a new name that nothing gets",
            Box::new(|plan| plan["changes"][2]["renamed_to"] = json!("site:v1")),
        ),
        (
            "an extra field",
            Box::new(|plan| plan["changes"][2]["force"] = json!(true)),
        ),
        (
            "nobody asked",
            Box::new(|plan| plan["prune"] = json!(false)),
        ),
    ];
    let mut told = String::new();
    for (name, edit) in cases {
        let mut plan = good.clone();
        edit(&mut plan);
        world.place.write("edited.json", &plan.to_string());
        let ran = world.place.run("apply edited.json");
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (1, ""),
            "{name}: {ran:?}"
        );
        told += &said(name, &ran);
    }
    insta::assert_snapshot!("saved_prune_refused", told);
    assert_eq!(world.target.log().writes(), 0);
}
