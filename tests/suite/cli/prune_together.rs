//! Deletions with everything that makes them hard at once: two lists in one folder, a rename, manifests
//! that tags share, a copy that fails, a saved plan; on a registry that deletes tags, and on one that
//! deletes whole manifests.

use pusher::sandbox::images::{Artifact, Image};
use pusher::sandbox::{Delete, Effect, Fault, Options, Sandbox};

use super::harness::{NAMESPACE, Place};

fn image(text: &str) -> Artifact {
    Image::new("linux/amd64").layer(text).build()
}

struct World {
    target: Sandbox,
    place: Place,
    _source: Sandbox,
}

impl World {
    async fn new(delete: Delete) -> Self {
        let source = Sandbox::start(Options::default()).await.unwrap();
        let options = Options {
            delete,
            ..Options::default()
        };
        let target = Sandbox::start(options).await.unwrap();
        for (tag, text) in [
            ("1", "one"),
            ("latest", "one"),
            ("stable", "one"),
            ("old", "old"),
            ("db", "db"),
        ] {
            image(text).push(&source, "org/app", tag);
        }
        let place = Place::between(&source, &target);
        Self {
            target,
            place,
            _source: source,
        }
    }

    fn declare(&self, file: &str, images: &[(&str, &str)]) {
        let line = |(source, target): &(&str, &str)| {
            format!("  - {{ source: 'SOURCE/org/app:{source}', target: '{target}' }}\n")
        };
        let images: String = images.iter().map(line).collect();
        let head = format!("version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\n");
        self.place.write(file, &format!("{head}images:\n{images}"));
    }

    fn run(&self, typed: &str, status: i32) -> String {
        let ran = self.place.run(typed);
        assert_eq!(ran.status, status, "{typed}: {}", ran.whole());
        ran.whole()
    }

    fn held(&self, name: &str) -> Option<String> {
        let (repository, tag) = name.split_once(':').unwrap();
        let held = self.target.tag(&format!("{NAMESPACE}/{repository}"), tag);
        held.map(|digest| digest.to_string())
    }

    #[track_caller]
    fn assert_holds(&self, wanted: &[(&str, Option<&str>)]) {
        for (name, content) in wanted {
            let digest = content.map(|content| image(content).digest.to_string());
            assert_eq!(self.held(name), digest, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lists_a_rename_shared_manifests_a_failed_copy_and_a_saved_plan() {
    for delete in [Delete::All, Delete::Digests] {
        let world = World::new(delete).await;
        world.declare(
            "web.yaml",
            &[
                ("1", "app:1"),
                ("latest", "app:latest"),
                ("stable", "app:stable"),
                ("old", "app:old"),
            ],
        );
        world.declare("db.yaml", &[("db", "app:db"), ("1", "app:db-1")]);
        for file in ["web.yaml", "db.yaml"] {
            world.run(&format!("lock -f {file}"), 0);
            world.run(&format!("apply -q -f {file}"), 0);
        }

        // `app:1` gets another name; `latest` and `old` leave. `stable`, and the other list's `db-1`,
        // share their manifest with `1` and `latest`.
        world.declare("web.yaml", &[("1", "renamed:1"), ("stable", "app:stable")]);
        world.run("lock -f web.yaml", 0);
        // The other list deletes nothing that is not its own.
        world.run("apply -q --prune -f db.yaml", 0);
        world.assert_holds(&[
            ("app:1", Some("one")),
            ("app:latest", Some("one")),
            ("app:old", Some("old")),
        ]);

        world.run("plan -q --prune -f web.yaml --out plan.json", 0);
        let faults = world.target.faults();
        faults.add(Fault::new("PUT", "/renamed/manifests/", Effect::status(403)).always());
        let told = world.run("apply -q plan.json", 1);
        // The copy failed, so the old name stays; what shares its manifest goes only as a tag.
        let latest = (delete == Delete::Digests).then_some("one");
        world.assert_holds(&[
            ("renamed:1", None),
            ("app:1", Some("one")),
            ("app:latest", latest),
            ("app:stable", Some("one")),
            ("app:old", None),
            ("app:db", Some("db")),
            ("app:db-1", Some("one")),
        ]);
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains("it stays until its new name has arrived"),
            "{told}"
        );
        let refusal = "deletes whole manifests, not tags, and the tag";
        assert_eq!(told.contains(refusal), delete == Delete::Digests, "{told}");

        // The same plan once more, now that the registry takes the copy.
        faults.clear();
        let status = i32::from(delete == Delete::Digests);
        world.run("apply -q plan.json", status);
        let kept = (delete == Delete::Digests).then_some("one");
        world.assert_holds(&[
            ("renamed:1", Some("one")),
            ("app:1", kept),
            ("app:latest", kept),
            ("app:stable", Some("one")),
            ("app:old", None),
            ("app:db", Some("db")),
            ("app:db-1", Some("one")),
        ]);
        if delete == Delete::All {
            for file in ["web.yaml", "db.yaml"] {
                let told = world.run(&format!("plan --prune --detailed-exitcode -f {file}"), 0);
                assert!(told.contains("Nothing to do"), "{told}");
            }
        }
    }
}
