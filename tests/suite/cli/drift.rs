//! `drift`: its words and its statuses.

use std::path::{Path, PathBuf};
use std::process::Command;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Origin, Sandbox};

use super::harness::{NAMESPACE, Place, pair};
use crate::support::tools::find;

#[tokio::test(flavor = "multi_thread")]
async fn tells_what_has_moved() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\nSOURCE/org/three:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("apply -q").status, 0);
    insta::assert_snapshot!("drift_none", place.run("drift").whole());
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/one"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/two"), "v1");
    insta::assert_snapshot!("drift_two", place.run("drift").whole());
    insta::assert_snapshot!("drift_two_json", place.run("drift --format json").whole());
    insta::assert_snapshot!(
        "drift_two_markdown",
        place.run("drift --format markdown").whole()
    );
    assert_eq!(place.run("apply -q").status, 0);
    assert_eq!(place.run("drift").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_tells_the_kinds_apart() {
    let (source, target) = pair().await;
    let push = |name: &str, text: &str| {
        let image = Image::new("linux/amd64").layer(text);
        image.push(&source, &format!("org/{name}"), "v1");
    };
    for name in ["moved", "changed", "missing", "left", "gone", "fine"] {
        push(name, name);
    }
    let list = |names: &[&str]| {
        let line = |name: &&str| format!("SOURCE/org/{name}:v1\n");
        names.iter().map(line).collect::<String>()
    };
    let all = list(&["moved", "changed", "missing", "left", "gone", "fine"]);
    let place = Place::between(&source, &target).file("images.txt", &all);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    assert_eq!(place.run("drift").status, 0);

    push("moved", "anew");
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/changed"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/missing"), "v1");
    source.delete_tag("org/gone", "v1");
    place.write(
        "images.txt",
        &list(&["moved", "changed", "missing", "gone", "fine"]),
    );
    insta::assert_snapshot!("drift_kinds", place.run("drift").whole());
    insta::assert_snapshot!("drift_kinds_json", place.run("drift --format json").whole());
    insta::assert_snapshot!(
        "drift_kinds_markdown",
        place.run("drift --format markdown").whole()
    );
    let one = place.run("drift --kind target-missing");
    assert_eq!(one.status, 2);
    assert!(!one.stdout.contains("upstream-moved"), "{}", one.stdout);
    assert_eq!(place.run("drift --kind unreadable,blocked").status, 0);
    assert_eq!(place.run("drift --kind nonsense").status, 1);
    // What is mended is what apply can mend; the lock wants the digest that upstream left behind.
    assert_eq!(place.run("apply -q").status, 0);
    let left = "drift --kind target-changed,target-missing,differs";
    assert_eq!(place.run(left).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_an_error_and_hides_nothing_else() {
    let (source, target) = pair().await;
    for name in ["dark", "fine", "left"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/dark:v1\nSOURCE/org/fine:v1\nSOURCE/org/left:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    let denied = Fault::new("", "/org/dark/", Effect::status(403));
    source.faults().add(denied.always());
    insta::assert_snapshot!("drift_untold", place.run("drift").whole());
    target.delete_tag(&format!("{NAMESPACE}/left"), "v1");
    insta::assert_snapshot!("drift_told_in_part", place.run("drift").whole());
    let ran = place.run("drift -q --report drift.md --report drift.json");
    assert_eq!(ran.status, 1);
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    let title = "### Drift: 1 missing in the target, 1 could not be read, 1 in place\n";
    assert!(read("drift.md").starts_with(title), "{}", read("drift.md"));
    assert!(read("drift.json").contains("\"kind\": \"unreadable\""));
    // Its source said nothing of the tag, but the lock does: what the target should hold is known.
    let statuses = ["upstream-moved", "target-missing", "target-changed"]
        .map(|kind| place.run(&format!("drift --kind {kind}")).status);
    assert_eq!(statuses, [1, 2, 0]);
    let narrow = place.run("drift --kind not-declared").stdout;
    let ends = "No drift of the kinds that were asked for: 1 in place.\n";
    assert!(narrow.ends_with(ends), "{narrow}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_lacks_is_told_while_the_source_is_away() {
    let (source, target) = pair().await;
    for name in ["one", "two", "three"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let list = "SOURCE/org/one:v1\nSOURCE/org/two:v1\nSOURCE/org/three:v1\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    assert_eq!(place.run("lock -q").status, 0);
    source.go_away(Origin::Registry);
    let whole = place.run("drift").whole();
    insta::assert_snapshot!("drift_empty_and_away", whole);
    let ran = place.run("drift --format json");
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["summary"]["target_missing"], 3);
    assert_eq!(told["summary"]["unreadable"], 3);
    assert_eq!(told["causes"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["causes"][0]["images"].as_array().unwrap().len(), 3);
    let first = &told["differences"][0];
    assert_eq!(first["kind"], "target-missing");
    assert!(first["expected"]["digest"].is_string(), "{first}");
    // Neither side tells anything: one image each, all the same.
    target.go_away(Origin::Registry);
    let whole = place.run("drift").whole();
    insta::assert_snapshot!("drift_both_away", whole);
}

/// A folder that is a repository, whose commits have a date each.
struct Repository<'p> {
    place: &'p Place,
    git: PathBuf,
    commits: Vec<String>,
}

impl<'p> Repository<'p> {
    fn of(place: &'p Place, git: &Path) -> Self {
        let repository = Self {
            place,
            git: git.to_owned(),
            commits: vec![],
        };
        repository.git("init -q -b main .", 1);
        repository
    }

    fn git(&self, typed: &str, day: u8) -> String {
        let date = format!("2026-11-{day:02}T12:00:00Z");
        let mut command = Command::new(&self.git);
        command
            .args(typed.split_whitespace())
            .current_dir(self.place.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "someone")
                .env(format!("GIT_{who}_EMAIL"), "someone@example.com")
                .env(format!("GIT_{who}_DATE"), &date);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{typed}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&mut self, day: u8) {
        self.git("add mirror.lock images.txt", day);
        self.git("commit -q -m locked", day);
        let commit = self.git("rev-parse HEAD", day);
        self.commits.push(commit.trim().to_owned());
    }

    /// Runs a command, and writes instead of each commit which one it is.
    fn run(&self, typed: &str) -> String {
        let mut told = self.place.run(typed).whole();
        for (number, commit) in self.commits.iter().enumerate() {
            let name = format!("COMMIT-{}", number + 1);
            told = told.replace(commit, &name).replace(&commit[..10], &name);
        }
        told
    }
}

/// The list has a line for each of these.
const CHANGED: [&str; 8] = [
    "app:1.2",
    "app:1.3",
    "app:latest",
    "back:v1",
    "newer:v1",
    "packed:v1",
    "pulled:1.2",
    "strange:v1",
];

/// Mirrors some images, and moves their tags in the target as people do; returns the images of the source as well.
fn changed_in_many_ways(
    source: &Sandbox,
    target: &Sandbox,
    place: &Place,
    mut between: impl FnMut(u8),
) {
    let image = |text: &str| Image::new("linux/amd64").layer(text);
    let push = |name: &str, text: &str| {
        let (repository, tag) = name.split_once(':').unwrap();
        image(text).push(source, &format!("org/{repository}"), tag);
    };
    let overwrite = |name: &str, image: &Image| {
        let (repository, tag) = name.split_once(':').unwrap();
        image.push(target, &format!("{NAMESPACE}/{repository}"), tag);
    };
    for name in CHANGED {
        push(name, name);
    }
    push("pulled:1.3", "pulled:1.3");
    let list = CHANGED.map(|name| format!("SOURCE/org/{name}\n"));
    place.write(
        "images.txt",
        &format!("{}SOURCE/org/pulled:1.3\n", list.concat()),
    );
    for day in [10, 20] {
        assert_eq!(place.run("lock --update -q").status, 0);
        assert_eq!(place.run("apply -q").status, 0);
        between(day);
        push("back:v1", "back, anew");
    }
    push("back:v1", "back, once more");
    push("newer:v1", "newer, anew");
    // What is locked for another image, what was locked, what the source has now, the same in another wrapping, the
    // content of another release, and what nobody knows.
    overwrite("app:1.3", &image("app:1.2"));
    overwrite("app:latest", &image("app:1.3"));
    overwrite("back:v1", &image("back:v1"));
    overwrite("newer:v1", &image("newer, anew"));
    overwrite("packed:v1", &image("packed:v1").pushed_by_docker());
    overwrite("pulled:1.2", &image("pulled:1.3").pushed_by_docker());
    overwrite("strange:v1", &image("someone else's"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_tag_is_told_for_what_it_is() {
    let Some(git) = find("git", "the history of a lock") else {
        return;
    };
    let (source, target) = pair().await;
    let path = git.parent().unwrap().to_string_lossy().into_owned();
    let place = Place::between(&source, &target).variable("PATH", &path);
    let mut repository = Repository::of(&place, &git);
    changed_in_many_ways(&source, &target, &place, |day| repository.commit(day));
    insta::assert_snapshot!(
        "drift_whence",
        repository.run("drift --kind target-changed")
    );
    insta::assert_snapshot!(
        "drift_whence_chinese",
        repository.run("drift --lang zh --kind target-changed")
    );
    insta::assert_snapshot!(
        "drift_whence_markdown",
        repository.run("drift --format markdown --kind target-changed")
    );
    insta::assert_snapshot!(
        "drift_whence_json",
        repository.run("drift --format json --kind target-changed")
    );
    // What a repository says is to be run is not.
    let ran = place.path().join("ran");
    let evil = format!("touch {}", ran.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "gpg.program",
    ] {
        let mut set = Command::new(&git);
        set.args(["config", key, &evil]).current_dir(place.path());
        assert!(set.status().unwrap().success());
    }
    repository.git("config log.showSignature true", 20);
    place.write(".gitattributes", "*.lock diff=evil\n");
    let told = place.run("drift --kind target-changed").stdout;
    assert!(told.contains("locked since") && !ran.exists(), "{told}");
    // Without its history the lock still tells what it holds, and a history that was cut off tells no date.
    repository.git("checkout -q --orphan other", 20);
    let told = place.run("drift --kind target-changed").stdout;
    assert!(
        !told.contains("locked since") && !told.contains("until"),
        "{told}"
    );
    assert!(
        told.contains("it is what `app:1.2` should be, an older release"),
        "{told}"
    );
}

/// Where nothing was changed nothing is asked for, and `git` is not run; where something was, it is run once.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_asked_where_nothing_was_changed() {
    use std::os::unix::fs::PermissionsExt as _;
    let (source, target) = pair().await;
    let place = Place::empty();
    let bin = place.path().join("bin");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}/called\nexit 1\n",
        place.path().display()
    );
    place.write("bin/git", &script);
    std::fs::set_permissions(bin.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let called = place.path().join("called");
    let place = Place::between(&source, &target).variable("PATH", &bin.to_string_lossy());
    for name in ["one", "two"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    place.write("images.txt", "SOURCE/org/one:v1\nSOURCE/org/two:v1\n");
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    let asked = |place: &Place| {
        for log in [source.log(), target.log()] {
            log.clear();
        }
        place.run("drift");
        [source.log().requests().len(), target.log().requests().len()]
    };
    assert_eq!(asked(&place), [2, 2]);
    target.delete_tag(&format!("{NAMESPACE}/two"), "v1");
    Image::new("linux/amd64")
        .layer("anew")
        .push(&source, "org/one", "v1");
    place.run("drift");
    assert!(!called.exists());
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/one"), "v1");
    place.run("drift --kind upstream-moved");
    assert!(!called.exists());
    let told = place.run("drift").stdout;
    assert!(told.contains("nothing here knows it"), "{told}");
    let called = std::fs::read_to_string(called).unwrap();
    assert_eq!(called.lines().count(), 1, "{called}");
}
