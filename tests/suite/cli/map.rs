//! `map`: the names in a mirror, whether they are there, and what consumers read.

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault};

use super::harness::{NAMESPACE, Place, pair};

const LIST: &str = "nginx:1.27\n--platform=linux/arm64 redis:7.4\n--platform=linux/amd64 redis:7.4\n\
                    ghcr.io/org/app.web:v1\n";

fn with_target() -> Place {
    Place::empty()
        .variable("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com")
        .variable("ALIYUN_NAME_SPACE", NAMESPACE)
}

#[test]
fn names_come_from_the_files_alone() {
    let place = with_target().file("images.txt", LIST);
    insta::assert_snapshot!("map", place.run("map").whole());
    insta::assert_snapshot!("map_vpc", place.run("map --host vpc").whole());
    insta::assert_snapshot!("map_json", place.run("map --format json").whole());
    insta::assert_snapshot!("map_github", place.run("map --format github").whole());
    let other = place.run("map --host HARBOR.internal:5000 --only nginx");
    assert!(
        other
            .stdout
            .contains("harbor.internal:5000/team/nginx:1.27\n"),
        "{other:?}"
    );
    assert_eq!(
        place.run("map --host VPC").stdout,
        place.run("map --host vpc").stdout
    );
    let word = place.run("map --host mirror");
    assert_eq!((word.status, word.stdout.as_str()), (1, ""));
    assert!(
        word.stderr
            .contains("neither `public` nor `vpc` nor a host"),
        "{word:?}"
    );
    let place = place.variable("ALIYUN_REGISTRY", "harbor.example.com");
    let refused = place.run("map --host vpc");
    assert_eq!((refused.status, refused.stdout.as_str()), (1, ""));
    insta::assert_snapshot!("map_no_vpc", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_locked_has_its_digests_and_the_mirror_tells_what_is_there() {
    let (source, target) = pair().await;
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "org/index", "v1");
    for name in ["one", "two", "three", "dark"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
    }
    let place = Place::between(&source, &target);
    let names = ["index", "one", "two", "three"];
    place.declare(
        &names
            .map(|name| format!("SOURCE/org/{name}:v1"))
            .each_ref()
            .map(|s| &**s),
    );
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(place.run("apply -q").status, 0);
    insta::assert_snapshot!("map_locked", place.run("map").whole());
    let json = place.run("map --check --format json");
    assert_eq!(json.status, 0, "{json:?}");
    insta::assert_snapshot!("map_check_json", json.whole());

    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/one"), "v1");
    target.delete_tag(&format!("{NAMESPACE}/two"), "v1");
    let asked = source.log().requests().len();
    let two = place.run("map --check");
    assert_eq!(two.status, 2, "{two:?}");
    insta::assert_snapshot!("map_check", two.whole());
    insta::assert_snapshot!("map_check_zh", place.run("map --check --lang zh").whole());
    insta::assert_snapshot!(
        "map_check_markdown",
        place.run("map --check --format markdown").whole()
    );
    let github = place.run("map --check --format github").stdout;
    let levels: Vec<_> = github
        .lines()
        .map(|line| line.split(',').take(2).collect::<String>())
        .collect();
    let errors = ["mirror.yaml", "mirror.yaml"].iter().zip([5, 6]);
    let errors: Vec<_> = errors
        .map(|(file, line)| format!("::error file={file}line={line}"))
        .collect();
    assert_eq!(levels, errors, "{github}");
    assert_eq!(source.log().requests().len(), asked, "a source was asked");

    // What could not be read outweighs the rest.
    target
        .faults()
        .add(Fault::new("", "/three/", Effect::status(403)).always());
    let dark = place.run("map --check");
    assert_eq!(dark.status, 1, "{dark:?}");
    assert!(dark.stdout.contains("? unreadable: "), "{dark:?}");

    // One host that nobody reaches is one reason, and not the place where `apply` writes.
    let away = place.run("map --check --host 127.0.0.1:1");
    assert_eq!(away.status, 1, "{away:?}");
    assert_eq!(away.stdout.matches("? unreadable: ").count(), 1, "{away:?}");
    let elsewhere = place.run(&format!("map --check --host {}", source.address()));
    assert_eq!(elsewhere.status, 2, "{elsewhere:?}");
    assert!(
        elsewhere.stdout.contains("`pusher apply` writes to "),
        "{elsewhere:?}"
    );
}

#[test]
fn each_consumer_is_told_in_its_form() {
    let place = with_target().file("images.txt", LIST);
    let own = "crpi-1a2b.cn-hangzhou.personal.cr.aliyuncs.com";
    let own = with_target()
        .variable("ALIYUN_REGISTRY", own)
        .file("images.txt", LIST);
    for form in [
        "k3s",
        "podman",
        "openshift",
        "kyverno",
        "kustomize",
        "docker",
        "helm",
    ] {
        let place = if form == "k3s" { &own } else { &place };
        let ran = place.run(&format!("map --for {form} --platform linux/amd64"));
        assert_eq!(ran.status, 0, "{ran:?}");
        insta::assert_snapshot!(format!("map_for_{form}"), ran.whole());
    }
    // Two places for one repository.
    let both = own.run("map --for k3s -q");
    assert_eq!(both.status, 1, "{both:?}");
    insta::assert_snapshot!("map_for_k3s_unsaid", both.whole());
    insta::assert_snapshot!(
        "map_for_k3s_unsaid_zh",
        own.run("map --for k3s -q --lang zh").stderr
    );
    insta::assert_snapshot!("map_for_k3s_shared", place.run("map --for k3s -q").whole());
    let zh = place.run("map --for k3s -q --lang zh").stderr;
    insta::assert_snapshot!("map_for_k3s_shared_zh", zh);
    insta::assert_snapshot!(
        "map_for_containerd_refused",
        place.run("map --for containerd").whole()
    );
    let kept = "version: 1\ntarget: { registry: registry.example.com, namespace: team, naming: path }\n\
                images: [\"nginx:1.27\", \"ghcr.io/org/app:v1\"]\n";
    let place = place.file("mirror.yaml", kept);
    let ran = place.run("map --for containerd");
    assert_eq!(ran.status, 0, "{ran:?}");
    insta::assert_snapshot!("map_for_containerd", ran.whole());
    insta::assert_snapshot!("map_for_helm_path", place.run("map --for helm").whole());
}

#[test]
fn the_services_of_a_compose_file_get_the_mirrors_names() {
    let compose = "services:\n  web:\n    image: nginx:${TAG:-1.27}\n  db:\n    image: postgres:17\n\
                   \x20 cache: {image: \"redis:7.4\", platform: linux/arm64}\n  own:\n    build: .\n\
                   \x20 odd:\n    image: $IMAGE\n";
    let place = with_target()
        .file("images.txt", LIST)
        .file("compose.yaml", compose);
    let ran = place.run("map --for compose compose.yaml");
    insta::assert_snapshot!("map_for_compose", ran.whole());
    for (typed, told) in [
        (
            "map --for compose",
            "`--for compose` needs the Compose file",
        ),
        (
            "map --for k3s compose.yaml",
            "`--for k3s` reads no `compose.yaml`",
        ),
        (
            "map --for compose images.txt",
            "`images.txt` is no Compose file",
        ),
        ("map compose.yaml", "--for"),
        ("map --for k3s --check", "cannot be used with"),
        ("--format json map --for k3s", "do not go together"),
        ("map --out d", "--for"),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "`{typed}`: {ran:?}");
        assert!(ran.stderr.contains(told), "`{typed}`: {ran:?}");
    }
}

#[test]
fn files_are_written_where_the_consumer_looks_and_never_over_someone_elses() {
    let kept = "version: 1\ntarget: { registry: registry.example.com, namespace: team, naming: path }\n\
                images: [\"nginx:1.27\", \"ghcr.io/org/app:v1\"]\n";
    let place = Place::empty().file("mirror.yaml", kept);
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).ok();
    for _ in 0..2 {
        let ran = place.run("map --for containerd --out certs.d");
        assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
        assert!(
            ran.stderr.contains("wrote `certs.d/ghcr.io/hosts.toml`"),
            "{ran:?}"
        );
        assert!(
            read("certs.d/docker.io/hosts.toml")
                .unwrap()
                .contains("override_path")
        );
    }
    // One that is there keeps all as it was.
    place.write("certs.d/ghcr.io/hosts.toml", "mine\n");
    std::fs::remove_file(place.path().join("certs.d/docker.io/hosts.toml")).unwrap();
    let ran = place.run("map --for containerd --out certs.d");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("nothing goes over it"), "{ran:?}");
    assert_eq!(
        read("certs.d/ghcr.io/hosts.toml").as_deref(),
        Some("mine\n")
    );
    assert_eq!(read("certs.d/docker.io/hosts.toml"), None);
}

#[test]
fn a_consumer_is_told_of_one_target() {
    let several = "version: 1\ntargets:\n  east: { registry: east.example.com, namespace: team }\n\
                   \x20 west: { registry: west.example.com, namespace: team }\nimages: [\"nginx:1.27\"]\n";
    let place = Place::empty().file("mirror.yaml", several);
    let json: serde_json::Value =
        serde_json::from_str(&place.run("map --format json").stdout).unwrap();
    assert_eq!(json["targets"][1]["target"]["name"], "west");
    let ran = place.run("map --for podman");
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("`--to TARGET` names it"), "{ran:?}");
    let ran = place.run("map --for podman --to west --out conf.d");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(place.path().join("conf.d/pusher-west.conf").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_fit_their_schema() {
    let place = with_target().file("images.txt", LIST);
    let schema = pusher::render::schemas::schema(pusher::render::schemas::SchemaKind::Map);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for typed in ["map --format json", "map --format json --host vpc"] {
        let document: serde_json::Value = serde_json::from_str(&place.run(typed).stdout).unwrap();
        validator.validate(&document).unwrap();
    }
}

/// Podman pulls by the names upstream, and gets what the mirror has.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn podman_pulls_a_name_upstream_from_the_mirror() {
    use crate::support::registry::{Setup, TestRegistry};
    use crate::support::tools;

    let Some(podman) = tools::installed("podman") else {
        return tools::say("left out: pulling with podman (`podman` is not on PATH)");
    };
    let Some(mirror) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let image = Image::new("linux/amd64").layer("mirrored").build();
    let digest = mirror
        .push(&image, &format!("{NAMESPACE}/nginx"), "1.27")
        .await;
    let place = Place::empty()
        .variable("ALIYUN_REGISTRY", mirror.address())
        .variable("ALIYUN_NAME_SPACE", NAMESPACE)
        .variable("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .file("images.txt", "nginx:1.27\n");
    let podman = format!(
        "'{}' --root $PWD/root --runroot $PWD/run --storage-driver vfs",
        podman.display()
    );
    let by_digest = format!("docker.io/library/nginx@{digest}");
    let ran = place.shell(&format!(
        "set -eu\npusher map --for podman --out .config/containers/registries.conf.d\n\
         {podman} pull -q docker.io/library/nginx:1.27\n{podman} pull -q {by_digest}\n\
         {podman} image inspect --format '{{{{.Digest}}}}' docker.io/library/nginx:1.27"
    ));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        ran.stdout.lines().last(),
        Some(&*digest.to_string()),
        "{ran:?}"
    );
}
