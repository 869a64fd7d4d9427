//! `plan`, in every format and with every status.

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault};

use super::harness::{NAMESPACE, Place, pair};

const LIST: &str = "SOURCE/library/nginx:1.27\n\
                    --platform=linux/arm64 SOURCE/library/redis:7.4\n\
                    SOURCE/org/app:v1\n\
                    SOURCE/org/gone:v1\n";

/// One image in place, one to create, one to update, one that its source does not have.
async fn mixed() -> (pusher::sandbox::Sandbox, pusher::sandbox::Sandbox, Place) {
    let (source, target) = pair().await;
    let nginx = Image::new("linux/amd64").layer("nginx");
    nginx.push(&source, "library/nginx", "1.27");
    nginx.push(&target, &format!("{NAMESPACE}/nginx"), "1.27");
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "library/redis", "7.4");
    let app = |text: &str| Image::new("linux/amd64").layer(text);
    app("new").push(&source, "org/app", "v1");
    app("old").push(&target, &format!("{NAMESPACE}/app"), "v1");
    let place = Place::between(&source, &target).file("images.txt", LIST);
    (source, target, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_every_kind_of_change() {
    let (_source, target, place) = mixed().await;
    insta::assert_snapshot!("plan_mixed", place.run("plan").whole());
    insta::assert_snapshot!("plan_mixed_verbose", place.run("plan -v").stdout);
    insta::assert_snapshot!("plan_mixed_json", place.run("plan --format json").whole());
    insta::assert_snapshot!(
        "plan_mixed_markdown",
        place.run("plan --format markdown").whole()
    );
    let writes = target.log().requests();
    let writes = writes
        .iter()
        .filter(|request| !["GET", "HEAD"].contains(&request.method.as_str()));
    assert_eq!(writes.count(), 0, "plan writes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_input_prints_the_same_bytes() {
    let (_source, _target, place) = mixed().await;
    for typed in ["plan", "plan --format json", "plan --format markdown"] {
        assert_eq!(place.run(typed).whole(), place.run(typed).whole());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_leaves_the_answer() {
    let (_source, _target, place) = mixed().await;
    let (loud, quiet) = (place.run("plan"), place.run("plan -q"));
    assert_eq!(quiet.stdout, loud.stdout);
    assert_eq!(quiet.stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_is_no_error() {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("a")
        .push(&source, "org/app", "v1");
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let mut child = place.start("plan");
    drop(child.stdout.take());
    let ran = place.wait(child);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_written_is_an_error() {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("a")
        .push(&source, "org/app", "v1");
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = place.command("plan");
    command.stdout(full).stderr(std::process::Stdio::piped());
    let ran = place.wait(command.spawn().unwrap());
    assert_eq!(ran.status, 1);
    let wanted = "error: cannot write to standard output: ";
    assert!(ran.stderr.starts_with(wanted), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_is_said_when_asked_for() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    let fault = Fault::new("HEAD", "/org/app/", Effect::status(503));
    source.faults().add(fault);
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    assert_eq!(place.run("plan").stderr, "");
    source
        .faults()
        .add(Fault::new("HEAD", "/org/app/", Effect::status(503)));
    insta::assert_snapshot!("plan_retries", place.run("plan -v").stderr);
    let every = place.run("plan -vv").stderr;
    for request in [
        "HEAD SOURCE/v2/org/app/manifests/v1 200",
        "HEAD TARGET/v2/team/app/manifests/v1 404",
    ] {
        assert!(every.contains(request), "{every}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_asks_nobody_and_tells_what_the_lock_wants() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    assert_eq!(place.run("lock").status, 0);
    place.write("images.txt", "SOURCE/org/app:v1\nSOURCE/org/new:v1\n");
    source.log().clear();
    target.log().clear();
    insta::assert_snapshot!("plan_offline", place.run("plan --offline").whole());
    let page = place.run("plan --offline --format markdown").stdout;
    assert!(
        page.contains("\n#### Unknown\n") && !page.contains("Blocked"),
        "{page}"
    );
    let annotations = place.run("plan --offline --format github").stdout;
    let is_notice = |line: &str| line.starts_with("::notice ");
    assert!(annotations.lines().all(is_notice), "{annotations}");
    std::fs::remove_file(place.path().join("mirror.lock")).unwrap();
    insta::assert_snapshot!("plan_offline_unlocked", place.run("plan --offline").whole());
    assert_eq!(source.log().requests().len(), 0);
    assert_eq!(target.log().requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_cannot_be_read_fails_unless_unknowns_are_allowed() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    image.push(&source, "org/web", "v1");
    let denied = |path: &str| Fault::new("", path, Effect::status(403)).always();
    target.faults().add(denied("/team/app/"));
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    let statuses = || {
        let allowed = "plan --allow-unknown --detailed-exitcode";
        ["plan", "plan --allow-unknown", allowed].map(|typed| place.run(typed).status)
    };
    assert_eq!(statuses(), [1, 0, 0]);
    let told = place.run("plan").stdout;
    assert!(told.contains("the target cannot be read"), "{told}");
    place.write("images.txt", "SOURCE/org/app:v1\nSOURCE/org/web:v1\n");
    assert_eq!(statuses(), [1, 0, 2]);
    place.write("images.txt", "SOURCE/org/app:v1\nSOURCE/org/gone:v1\n");
    assert_eq!(statuses(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_stand_on_the_lines_of_the_list() {
    let (_source, _target, place) = mixed().await;
    insta::assert_snapshot!(
        "plan_mixed_github",
        place.run("plan --format github").stdout
    );
    place.write("images.txt", "nginx:1.27\nnginx:1.27:x\n");
    for command in ["plan", "apply", "drift", "check"] {
        let ran = place.run(&format!("{command} --format github"));
        assert_eq!(ran.status, 1, "{ran:?}");
        let begin = "::error file=images.txt,line=2,col=";
        assert!(ran.stdout.starts_with(begin), "{command}: {ran:?}");
        assert_eq!(ran.stdout.lines().count(), 1, "{command}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn says_beforehand_that_the_source_allows_too_few_pulls() {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("one")
        .push(&source, "org/one", "v1");
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "org/two", "v1");
    let list = "version: 1\ntarget: {registry: TARGET, namespace: NAMESPACE}\nimages:\n  - SOURCE/org/one:v1\n  \
                - source: SOURCE/org/two:v1\n    platforms: all\n"
        .replace("NAMESPACE", NAMESPACE);
    let place = Place::between(&source, &target).file("mirror.yaml", &list);
    let allow = |left: &str| {
        source.faults().clear();
        let headers = Effect::Headers(vec![]).header("RateLimit-Remaining", left);
        source
            .faults()
            .add(Fault::new("", "/manifests/", headers).always());
    };
    allow("1;w=21600");
    let ran = place.run("plan");
    let said = "at least 3 pulls from SOURCE are needed, and it allows 1 more (counted over 6 h)";
    assert!(ran.stderr.contains(said), "{ran:?}");
    // What planning has read is not pulled again.
    let ran = place.run("apply");
    assert!(!ran.stderr.contains("pulls"), "{ran:?}");
    for repository in ["one", "two"] {
        target.delete_tag(&format!("{NAMESPACE}/{repository}"), "v1");
    }
    allow("3;w=21600");
    let ran = place.run("plan");
    assert!(
        !ran.stderr.contains("pulls from SOURCE are needed"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_never_asked_for_the_login_may_hide_what_it_has() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1");
    let without = place.run("plan").stdout;
    assert!(
        without.contains("the source has no such image"),
        "{without}"
    );

    let place = place.file(
        "mirror.yaml",
        "version: 1\n\
         include: [images.txt]\n\
         registries:\n  \"SOURCE\": {username: someone, password: kept-to-itself}\n",
    );
    for typed in ["plan", "lock"] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{typed}: {ran:?}");
        assert!(
            ran.whole().contains("did not ask for the login"),
            "{typed}: {ran:?}"
        );
    }
}
