//! `diff` and `plan --diff`, in every format, and what they cost.

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault, Sandbox};

use super::harness::{NAMESPACE, Place, pair};

const VERSION: &str = "org.opencontainers.image.version";
const BASE: &str = "org.opencontainers.image.base.name";

fn nginx(platform: &str, version: &str) -> Image {
    let old = version == "1.27.1";
    let image = Image::new(platform)
        .layer("a base that stays")
        .layer(format!("nginx {version} for {platform}"))
        .created(if old {
            "2024-08-14T21:31:12Z"
        } else {
            "2024-10-02T17:55:35Z"
        })
        .setting(
            "Env",
            vec![
                "PATH=/usr/bin:/bin".to_owned(),
                format!("NGINX_VERSION={version}"),
            ],
        )
        .setting("Entrypoint", vec!["/docker-entrypoint.sh"])
        .setting(
            "Cmd",
            vec![
                "nginx",
                "-g",
                if old { "daemon off;" } else { "daemon on;" },
            ],
        )
        .annotation(BASE, if old { "debian:12" } else { "debian:13" })
        .label(VERSION, version);
    if old {
        return image.setting("User", "root");
    }
    let image = image
        .setting("WorkingDir", "/srv")
        .setting("ExposedPorts", serde_json::json!({"80/tcp": {}}));
    image.layer("one more")
}

fn index(platforms: &[&str], version: &str) -> Index {
    let images = platforms.iter().map(|platform| nginx(platform, version));
    images
        .fold(Index::new(), |index, image| index.image(&image))
        .attested()
}

/// One image that is updated, one in place, one that is new.
async fn updated() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    let at_target = |repository: &str| format!("{NAMESPACE}/{repository}");
    index(&["linux/amd64", "linux/arm64"], "1.27.2").push(&source, "library/nginx", "1.27");
    index(&["linux/386", "linux/amd64"], "1.27.1").push(&target, &at_target("nginx"), "1.27");
    let app = Image::new("linux/amd64").layer("app");
    app.push(&source, "org/app", "v1");
    app.push(&target, &at_target("app"), "v1");
    app.layer("more").push(&source, "org/new", "v1");
    let place = Place::between(&source, &target).file(
        "mirror.yaml",
        "version: 1\ntarget: {registry: TARGET, namespace: team}\nimages:\n  \
         - {source: SOURCE/library/nginx:1.27, platforms: all}\n  \
         - SOURCE/org/app:v1\n  - SOURCE/org/new:v1\n",
    );
    (source, target, place)
}

fn reads(sandbox: &Sandbox) -> usize {
    let requests = sandbox.log().requests();
    requests
        .iter()
        .filter(|request| request.is("GET", "/manifests/") || request.is("GET", "/blobs/"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_shows_what_differs_inside() {
    let (_source, _target, place) = updated().await;
    insta::assert_snapshot!("diff_plan", place.run("plan --diff").whole());
    insta::assert_snapshot!(
        "diff_plan_json",
        place.run("plan --diff --format json").whole()
    );
    insta::assert_snapshot!(
        "diff_plan_markdown",
        place.run("plan --diff --format markdown").whole()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_references_are_compared_wherever_they_are() {
    let (source, target, place) = updated().await;
    let typed = format!(
        "diff {}/{NAMESPACE}/nginx:1.27 {}/library/nginx:1.27",
        target.address(),
        source.address()
    );
    insta::assert_snapshot!("diff_human", place.run(&typed).whole());
    insta::assert_snapshot!(
        "diff_json",
        place.run(&format!("{typed} --format json")).whole()
    );
    insta::assert_snapshot!(
        "diff_markdown",
        place.run(&format!("{typed} --format markdown")).whole()
    );
    let without_files = Place::empty();
    assert_eq!(without_files.run(&typed).status, 0);
    let same = format!("diff {0}/org/app:v1 {0}/org/app:v1", source.address());
    assert!(place.run(&same).stdout.ends_with("\n\nidentical\n"));
    let none = format!("diff {0}/org/app:v1 {0}/org/gone:v1", source.address());
    insta::assert_snapshot!("diff_absent", place.run(&none).whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_ask_does_not_pay() {
    let (source, target, place) = updated().await;
    place.run("plan --no-cache");
    let at_source = reads(&source);
    assert_eq!(reads(&target), 0, "a plan reads nothing at the target");
    place.run("plan --no-cache --diff");
    // The manifests were read for the plan: what comes is one config for each of two platforms; at
    // the target an index, two manifests, two attestations, two configs.
    assert_eq!(reads(&source), 2 * at_source + 2);
    assert_eq!(reads(&target), 7);
    place.write("images.txt", "SOURCE/org/app:v1\n");
    let before = (reads(&source), reads(&target));
    place.run("plan -f images.txt");
    place.run("plan -f images.txt --diff");
    assert_eq!(
        (reads(&source), reads(&target)),
        before,
        "what is in place is not read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_and_stops_nothing() {
    let (_source, target, place) = updated().await;
    target
        .faults()
        .add(Fault::new("GET", "/manifests/", Effect::status(403)));
    let ran = place.run("plan --diff");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("what differs inside cannot be read: "),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("create"), "{}", ran.stdout);
}
