//! `rewrite`: the mirror's names in the files of those who use images.

use super::harness::{NAMESPACE, Place};

const COMPOSE: &str =
    "services:\n  web:\n    image: nginx:1.27 # web\n  db: {image: postgres:17}\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - image: docker.io/library/nginx:1.27\n    args: [--sidecar=nginx:1.27]\n  - image: ghcr.io/org/app:v1\n";

fn place() -> Place {
    Place::empty()
        .variable("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com")
        .variable("ALIYUN_NAME_SPACE", NAMESPACE)
        .file("images.txt", "nginx:1.27\n")
        .file("compose.yaml", COMPOSE)
        .file("pod.yaml", POD)
        .file("plain.yaml", "a: 1\n")
        .file("chart.yaml", "image: {{ .Values.image }}:1\n- {{ x\n")
}

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path().join(name)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_shown_written_and_put_back() {
    for (language, name) in [("en", "rewrite"), ("zh", "rewrite_zh")] {
        let place = place();
        let whole = [
            "rewrite compose.yaml pod.yaml",
            "rewrite compose.yaml --format markdown",
            "rewrite compose.yaml --format github",
            "rewrite chart.yaml compose.yaml -q",
            "rewrite chart.yaml plain.yaml",
            "rewrite compose.yaml --add",
            "rewrite compose.yaml --add --write",
            "rewrite compose.yaml --write",
            "rewrite compose.yaml --strict",
            "rewrite pod.yaml --strict --host vpc --pin -q",
            "rewrite compose.yaml --write --back",
            "rewrite compose.yaml images.txt",
            "rewrite - compose.yaml",
            "rewrite - --write",
            "rewrite none.yaml",
            "rewrite pod.yaml --path spec..image",
            "rewrite pod.yaml --host a/b",
            "rewrite pod.yaml --to other",
        ]
        .map(|typed| {
            let ran = place.run(&format!("{typed} --lang {language}"));
            format!("$ pusher {typed}\n{}", ran.whole())
        });
        insta::assert_snapshot!(name, whole.concat());
        assert_eq!(read(&place, "compose.yaml"), COMPOSE);
        assert_eq!(read(&place, "images.txt"), "nginx:1.27\npostgres:17\n");
        assert_eq!(read(&place, "pod.yaml"), POD);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_prints_the_text_and_nothing_else() {
    let place = place();
    let ran = place.shell("cat pod.yaml | pusher rewrite -");
    let mirrored = "registry.cn-hangzhou.aliyuncs.com/team/nginx:1.27";
    let there = POD.replace("docker.io/library/nginx:1.27", mirrored);
    assert_eq!((ran.status, &*ran.stdout), (0, &*there));
    assert!(
        ran.stderr
            .contains("no entry declares `ghcr.io/org/app:v1`"),
        "{ran:?}"
    );
    let ran = place.shell("cat pod.yaml | pusher rewrite - -q --strict");
    assert_eq!((ran.status, &*ran.stdout), (1, &*there));
    assert!(ran.stderr.contains("no entry declares"), "{ran:?}");
    let ran = place.shell("cat pod.yaml | pusher rewrite - -q");
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (0, &*there, ""));
    let added = place.shell("cat pod.yaml | pusher rewrite --add -");
    assert_eq!(added.status, 0, "{added:?}");
    let app = there.replace(
        "ghcr.io/org/app",
        "registry.cn-hangzhou.aliyuncs.com/team/app",
    );
    assert_eq!(added.stdout, app);
    assert_eq!(
        read(&place, "images.txt"),
        "nginx:1.27\nghcr.io/org/app:v1\n"
    );
    let broken = place.shell("printf 'a: [' | pusher rewrite -");
    assert_eq!((broken.status, &*broken.stdout), (1, ""));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_and_the_mode_of_a_file_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let place = place();
    let file = place.path().join("compose.yaml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("compose.yaml", place.path().join("link.yaml")).unwrap();
    let ran = place.run("rewrite --write link.yaml");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(place.path().join("link.yaml").is_symlink());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(read(&place, "compose.yaml").contains("team/nginx:1.27 # web"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_shown_though_another_file_cannot_be() {
    let long = format!("{COMPOSE}{}", "# long\n".repeat(2000));
    let place = place().file("long.yaml", &long);
    // No file may be longer than this, whoever writes it.
    let ran =
        place.shell("trap '' XFSZ; ulimit -f 4; pusher rewrite --write long.yaml compose.yaml");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("1 image in 1 file got"), "{ran:?}");
    assert!(ran.stderr.contains("long.yaml"), "{ran:?}");
    assert!(read(&place, "compose.yaml").contains("team/nginx:1.27"));
    assert_eq!(read(&place, "long.yaml"), long);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_targets_one_is_named() {
    let place = place().file(
        "mirror.yaml",
        "version: 1\ntargets:\n  east: {registry: registry.cn-hangzhou.aliyuncs.com, namespace: team}\n  own: {registry: r.example.com, namespace: n}\nimages: [nginx:1.27]\n",
    );
    let ran = place.run("rewrite compose.yaml");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("`east`, `own`"), "{ran:?}");
    let ran = place.run("rewrite compose.yaml --to own");
    assert!(
        ran.stdout
            .contains("+    image: r.example.com/n/nginx:1.27 # web"),
        "{ran:?}"
    );
    let ran = place.run("rewrite compose.yaml --to own --host vpc");
    assert!(ran.stderr.contains("no VPC host is known"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_for_programs_fits_its_schema() {
    let place = place();
    let ran = place.run("rewrite compose.yaml pod.yaml chart.yaml --format json");
    assert_eq!(ran.status, 1, "{ran:?}");
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let schema = place.run("schema rewrite").stdout;
    let schema = serde_json::from_str(&schema).unwrap();
    jsonschema::validate(&schema, &answer).unwrap();
    assert_eq!(answer["summary"]["changed"], 2);
    assert_eq!(answer["files"][0]["images"][1]["add"], "postgres:17");
    assert_eq!(answer["files"][1]["images"][0]["line"], 6);
}
