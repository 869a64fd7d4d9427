//! A list that comes from standard input, and a folder that is worked in.
#![cfg(unix)]

use pusher::sandbox::images::Image;

use super::harness::{Place, pair};

#[tokio::test(flavor = "multi_thread")]
async fn a_list_can_come_from_standard_input() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("app");
    image.push(&source, "org/app", "v1");
    let host = source.address();
    // A lock that lies there is another's.
    let place = Place::between(&source, &target).file("mirror.lock", "not looked at");
    for name in ["-", "/dev/stdin"] {
        let ran = place.shell(&format!("echo {host}/org/app:v1 | pusher plan -f {name}"));
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stdout.contains("(<stdin>:1)"), "{ran:?}");
    }
    let ran = place.shell("printf 'a:1\\nb:1 # x\\n' | pusher check -f -");
    assert!(ran.stdout.contains("--> <stdin>:2:5"), "{ran:?}");
    let yaml = "printf 'version: 1\\nimages: [a:1]\\n' | pusher list -f -";
    let ran = place.shell(yaml);
    assert!(ran.stdout.contains("docker.io/library/a:1"), "{ran:?}");
    for (typed, wanted_by) in [
        ("lock", "`pusher lock`"),
        ("plan --locked", "`--locked`"),
        ("apply --prune", "`--prune`"),
    ] {
        let ran = place.shell(&format!("echo a:1 | pusher {typed} -f -"));
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains(wanted_by), "{ran:?}");
    }
    let plan = format!("echo {host}/org/app:v1 | pusher plan -q -f - -o p.json");
    assert_eq!(place.shell(&plan).status, 0);
    let ran = place.run("apply p.json");
    assert!(
        ran.stderr.contains("`pusher apply p.json --file -`"),
        "{ran:?}"
    );
    let ran = place.shell(&format!(
        "echo {host}/org/app:v1 | pusher apply p.json -f -"
    ));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(target.tags("team/app"), ["v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_kubeadm_prints_can_be_imported() {
    let place = Place::empty()
        .variable("ALIYUN_REGISTRY", "127.0.0.1:5000")
        .variable("ALIYUN_NAME_SPACE", "team");
    let kubeadm =
        "registry.k8s.io/kube-apiserver:v1.31.0\\nregistry.k8s.io/coredns/coredns:v1.11.3\\n";
    let ran = place.shell(&format!(
        "printf '{kubeadm}' | pusher import - >mirror.yaml"
    ));
    assert_eq!(ran.whole(), "status: 0\n----- stdout\n----- stderr\n");
    let ran = place.run("check");
    assert_eq!(ran.stdout, "2 images, no mistakes\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_works_in_the_folder_that_is_named() {
    let place = Place::empty().file("lists/images.txt", "nginx:1.27\n");
    for typed in [
        "check -C lists",
        "-C lists check",
        "-C lists -f images.txt check",
    ] {
        assert_eq!(place.run(typed).stdout, "1 image, no mistakes\n", "{typed}");
    }
    let ran = place.run("check -C list");
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (1, "error: cannot work in `list`: there is no such folder\n")
    );
}
