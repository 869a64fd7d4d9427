//! `add`, `remove` and `set`: other words in the files.

use super::harness::{NAMESPACE, Place};

const LIST: &str = "# web\nnginx:1.27\nghcr.io/org/app:v1\n\n# db\nredis:7.4\n";
const MIRROR: &str = "# ours\nversion: 1\ntarget: { registry: r.example.com, namespace: team }\ninclude: [images.txt]\nimages:\n  \
                      # by hand\n  - xhofe/alist # files\n  - source: postgres:17\n    platforms: [linux/amd64]\n\
                      registries:\n  r.example.com: { username: me, password: hunter2 }\n";

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path().join(name)).unwrap_or_default()
}

fn with_mirror_file() -> Place {
    Place::empty()
        .file("images.txt", LIST)
        .file("mirror.yaml", MIRROR)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_edited_without_a_registry() {
    let place = Place::empty().file("images.txt", LIST);
    let whole = [
        "add alpine:3 --platform linux/arm64",
        "add alpine:3 nginx:1.27",
        "set app --platform linux/arm64",
        "remove docker.io/library/redis:7.4 linux_arm64_alpine",
        "remove ngin",
        "add nginx:1:2",
        "add postgres --target db",
        "add postgres --platform linux/amd64,linux/arm64",
    ]
    .map(|typed| format!("$ pusher {typed}\n{}", place.run(typed).whole()));
    insta::assert_snapshot!("edits_list", whole.concat());
    assert_eq!(
        read(&place, "images.txt"),
        "# web\nnginx:1.27\n--platform=linux/arm64 ghcr.io/org/app:v1\n\n# db\nalpine:3\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_file_and_its_list_are_edited_together() {
    for (language, name) in [("en", "edits_mirror"), ("zh", "edits_mirror_zh")] {
        let place = with_mirror_file();
        let whole = [
            "add quay.io/other/alist:1",
            "add alpine:3 --platform linux/amd64,linux/arm64 --target base:3",
            "add alpine:3 --target base:3",
            "add redis:7.4",
            "add redis:7.4 --target cache",
            "add busybox --target base:3",
            "set postgres:17 --platform all --target db:17",
            "set postgres:17 --target db:17",
            "remove redis:7.4 other_alist:1",
            "remove base --file mirror.yaml",
            "set nginx:1.27",
            "set nginx:1.27 --target web",
            "add Nginx --platform linux",
        ]
        .map(|typed| {
            let ran = place.run(&format!("{typed} --lang {language}"));
            format!("$ pusher {typed}\n{}", ran.whole())
        });
        let whole = whole.concat();
        assert!(!whole.contains("hunter2"), "{whole}");
        insta::assert_snapshot!(name, whole);
        assert_eq!(read(&place, "images.txt"), LIST.replace("redis:7.4\n", ""));
        let mirror = MIRROR.replace(
            "platforms: [linux/amd64]\n",
            "platforms: all\n    target: db:17\n",
        );
        assert_eq!(read(&place, "mirror.yaml"), mirror);
        assert_eq!(place.run("check").status, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_files_say_that_tags_are_deleted_it_is_told_so() {
    let place = Place::empty().file(
        "mirror.toml",
        "version = 1\nprune = true\nimages = ['nginx']\n",
    );
    insta::assert_snapshot!("edits_prunes", place.run("remove nginx").whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_is_as_it_was() {
    let place = Place::empty().file("images.txt", LIST);
    for (typed, told) in [
        (
            "add alpine -f -",
            "what comes from standard input cannot be changed",
        ),
        (
            "add alpine -f web.txt",
            "cannot read `web.txt`: there is no such file\nhint: make it first: an empty file is a list without images",
        ),
        (
            "add alpine -f web.toml",
            "hint: make it first: a mirror file without images is `version = 1`",
        ),
        (
            "remove alpine -f web.txt",
            "cannot read `web.txt`: there is no such file\n",
        ),
        ("add", "<IMAGE>..."),
        ("set nginx:1.27", "it was not said what to set"),
        ("add alpine --dry-run", "`--dry-run`"),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{}", ran.whole());
        assert!(ran.stderr.contains(told), "{}", ran.whole());
    }
    #[cfg(unix)]
    {
        let shell = place.shell("ulimit -f 0; trap '' XFSZ; pusher add alpine:3");
        assert_ne!(shell.status, 0, "{}", shell.whole());
        assert_eq!(shell.stdout, "", "{}", shell.whole());
    }
    assert_eq!(read(&place, "images.txt"), LIST);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_added_is_applied() {
    let (source, target) = super::harness::pair().await;
    let image = pusher::sandbox::images::Image::new("linux/amd64").layer("one");
    image.push(&source, "org/app", "v1");
    let place = Place::between(&source, &target).file("images.txt", "");
    let added = place.run(&format!("add {}/org/app:v1", source.address()));
    assert_eq!(added.status, 0, "{}", added.whole());
    let done = |typed: &str| {
        let ran = place.run(typed);
        assert_eq!(ran.status, 0, "{}", ran.whole());
    };
    done("lock");
    done("apply --yes");
    let is_there = || target.tag(&format!("{NAMESPACE}/app"), "v1").is_some();
    assert!(is_there());
    let removed = place.run("remove app:v1");
    assert_eq!(removed.status, 0, "{}", removed.whole());
    assert!(
        removed.stdout.contains("`pusher apply --prune` deletes"),
        "{}",
        removed.whole()
    );
    assert_eq!(read(&place, "images.txt"), "");
    done("apply --yes");
    assert!(is_there());
    done("apply --yes --prune");
    assert!(!is_there());
}
