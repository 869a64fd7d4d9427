//! The recipe for a lock that git cannot merge, as `docs/lock.md` has it: keep both sides, run `pusher
//! lock`.

use std::fs;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};

use crate::cli::harness::{NAMESPACE, Place, pair};

use super::merged::keep_both;

fn push(registry: &Sandbox, repository: &str, text: &str) {
    let image = Image::new("linux/amd64").layer(text);
    image.push(registry, repository, "v1");
}

/// Lets nobody read below this path.
fn refuse(registry: &Sandbox, path: &str) {
    for method in ["HEAD", "GET"] {
        let refusal = Fault::new(method, path, Effect::status(403));
        registry.faults().add(refusal.always());
    }
}

/// A mirror whose lock two branches change.
struct Branches {
    source: Sandbox,
    target: Sandbox,
    place: Place,
    base: String,
}

impl Branches {
    /// Locks and applies these images.
    async fn of(images: &[&str]) -> Self {
        let (source, target) = pair().await;
        for image in ["app", "db", "web"] {
            push(&source, &format!("org/{image}"), image);
        }
        let place = Place::between(&source, &target);
        let base = locked(&place, images, "lock -q");
        assert_eq!(place.run("apply -q").status, 0);
        Self {
            source,
            target,
            place,
            base,
        }
    }

    /// Returns the lock of a branch on which these images are declared.
    fn branch(&self, images: &[&str], command: &str) -> String {
        self.place.write("mirror.lock", &self.base);
        locked(&self.place, images, command)
    }

    /// Keeps both sides.
    fn merge(&self, ours: &str, theirs: &str, images: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let merged = keep_both(folder.path(), [ours, &self.base, theirs]);
        self.place.write("images.txt", &list(images));
        self.place.write("mirror.lock", &merged);
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.place.path().join("mirror.lock")).unwrap()
    }

    fn holds(&self, image: &str) -> bool {
        let repository = format!("{NAMESPACE}/{image}");
        self.target.tag(&repository, "v1").is_some()
    }
}

fn list(images: &[&str]) -> String {
    let lines = images
        .iter()
        .map(|image| format!("SOURCE/org/{image}:v1\n"));
    lines.collect()
}

fn locked(place: &Place, images: &[&str], command: &str) -> String {
    place.write("images.txt", &list(images));
    let ran = place.run(command);
    assert_eq!(ran.status, 0, "{}", ran.whole());
    fs::read_to_string(place.path().join("mirror.lock")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_that_lock_different_images_need_no_more() {
    let mirror = Branches::of(&["app"]).await;
    let ours = mirror.branch(&["app", "db"], "lock");
    let theirs = mirror.branch(&["app", "web"], "lock");
    let all = ["app", "db", "web"];
    let whole = mirror.branch(&all, "lock");
    mirror.merge(&ours, &theirs, &all);
    assert_ne!(mirror.lock(), whole);
    let ran = mirror.place.run("plan --locked");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    mirror.source.log().clear();
    let ran = mirror.place.run("lock");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(mirror.lock(), whole);
    assert_eq!(mirror.source.log().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_have_moved_is_asked_for_by_name() {
    let all = ["app", "db", "web"];
    let mirror = Branches::of(&all).await;
    push(&mirror.source, "org/app", "moved");
    push(&mirror.source, "org/web", "moved");
    let ours = mirror.branch(&all, "lock --update");
    push(&mirror.source, "org/app", "moved again");
    let theirs = mirror.branch(&all, "lock --update app:v1");
    mirror.merge(&ours, &theirs, &all);
    let merged = mirror.lock();
    let requests = mirror.target.log().requests().len();
    insta::assert_snapshot!("merged_plan", mirror.place.run("plan").whole());
    for typed in [
        "lock",
        "lock --check",
        "lock --update web:v1",
        "apply",
        "drift",
    ] {
        let ran = mirror.place.run(typed);
        let told = "error: `mirror.lock` says different things of `app:v1` (lines 14, 17)";
        assert!(ran.stderr.contains(told), "{typed}: {}", ran.whole());
        let command = "run `pusher lock --update app:v1`";
        assert!(ran.stderr.contains(command), "{ran:?}");
        assert_eq!((ran.status, mirror.lock()), (1, merged.clone()), "{typed}");
    }
    assert_eq!(mirror.target.log().requests().len(), requests);
    // As long as the source cannot be read, nothing is lost.
    refuse(&mirror.source, "/org/app/");
    let ran = mirror.place.run("lock --update app:v1");
    let told = "error: `mirror.lock` stays as it is: what holds of `app:v1` could not be read";
    assert!(ran.stderr.contains(told), "{}", ran.whole());
    assert_eq!((ran.status, mirror.lock()), (1, merged));
    mirror.source.faults().clear();
    assert_eq!(mirror.place.run("lock --update app:v1").status, 0);
    assert_eq!(mirror.place.run("lock --check").status, 0);
    let moved = mirror.source.tag("org/app", "v1").unwrap().to_string();
    assert!(mirror.lock().contains(&moved));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_one_dropped_and_the_other_moved_the_target_knows_more() {
    let mirror = Branches::of(&["app", "db", "web"]).await;
    let ours = mirror.branch(&["app", "web"], "lock");
    push(&mirror.source, "org/db", "moved");
    let theirs = mirror.branch(&["app", "db", "web"], "lock --update");
    assert_eq!(mirror.place.run("apply -q").status, 0);
    mirror.merge(&ours, &theirs, &["app", "web"]);
    let merged = mirror.lock();
    let ran = mirror.place.run("apply --prune");
    let told = "run `pusher lock`: what the target holds settles it";
    assert!(ran.stderr.contains(told), "{}", ran.whole());
    refuse(&mirror.target, "/team/db/");
    let ran = mirror.place.run("lock");
    let told = "stays as it is: what holds of `db:v1` could not be read";
    assert!(ran.stderr.contains(told), "{}", ran.whole());
    assert_eq!(mirror.lock(), merged);
    mirror.target.faults().clear();
    let ran = mirror.place.run("lock");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let retired = "[[retired]]\ntarget = \"db:v1\"\n";
    assert!(mirror.lock().contains(retired), "{}", mirror.lock());
    let ran = mirror.place.run("apply --prune");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(mirror.holds("web") && !mirror.holds("db"));
}
