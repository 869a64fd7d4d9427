//! What people meet in their first hour, each with the word that they needed.

use pusher::sandbox::images::Image;

use super::harness::{Place, pair};

#[test]
fn what_is_written_as_elsewhere_is_told_with_what_to_write() {
    let place = Place::empty()
        .variable("ALIYUN_REGISTRY", "127.0.0.1:5000")
        .variable("ALIYUN_NAME_SPACE", "team");
    for (file, text, told) in [
        (
            "a.yaml",
            "version: 1\ntarget: {registry: ${A}, namespace: \"${B}\"}\n",
            &["`${A}` needs quotes", "a.yaml:2:20", "write `\"${A}\"`"][..],
        ),
        (
            "a.toml",
            "version = 1\n[registries.docker.io]\nusername = \"me\"\npassword = \"geheim\"\n",
            &["not the host `docker.io`", "`[registries.\"docker.io\"]`"],
        ),
        (
            "b.toml",
            "version = 1\n[[images]]\nsource = nginx:1.27 # web\n",
            &[
                "a text needs quotes in TOML",
                "b.toml:3:10",
                "`source = \"nginx:1.27\"`",
            ],
        ),
        (
            "a.txt",
            "ghcr.io/foo/bar:1\nquay.io/foo/bar:1\n",
            &["`pusher import a.txt`", "target: foo_bar:1"],
        ),
        (
            "b.txt",
            "; web\nnginx\n",
            &["`;` begins no comment", "write `# web`"],
        ),
    ] {
        place.write(file, text);
        let ran = place.command(&format!("check -f {file}")).output().unwrap();
        let ran = String::from_utf8(ran.stdout).unwrap();
        for part in told {
            assert!(ran.contains(part), "{file} {part}: {ran}");
        }
        assert!(!ran.contains("geheim"), "{ran}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_nothing_needs_is_not_asked_for() {
    let place = Place::empty();
    let file = |image: &str| {
        format!(
            "version: 1\ntarget: {{registry: 127.0.0.1:5000, namespace: team}}\nimages: [{image}]\n\
             registries:\n  r.example.com: {{username: \"${{EX_USER}}\", password: \"${{EX_PASSWORD}}\"}}\n"
        )
    };
    place.write("mirror.yaml", &file("nginx:1.27"));
    let ran = place.run("list");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    place.write("mirror.yaml", &file("r.example.com/app:1"));
    let ran = place.run("list");
    assert_eq!(ran.status, 1);
    for name in ["EX_USER", "EX_PASSWORD"] {
        assert!(ran.stderr.contains(name), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_a_mirror_file_hides_is_told() {
    let place = Place::empty().file("images.txt", "nginx:1.27\n");
    let target = "version: 1\ntarget: {registry: 127.0.0.1:5000}\n";
    place.write("mirror.yaml", &format!("{target}images: [redis]\n"));
    let ran = place.run("list");
    assert!(
        ran.stderr
            .contains("`images.txt` is here as well and is not read"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("`--file images.txt`"), "{ran:?}");
    assert!(place.run("check").stdout.contains("is not read"));
    assert_eq!(place.run("list -f mirror.yaml").stderr, "");
    place.write("mirror.yaml", &format!("{target}include: [images.txt]\n"));
    assert_eq!(place.run("list").stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_fits_its_columns() {
    let digest = "a".repeat(64);
    let text = format!("nginx:1.27\nghcr.io/organisation/application:v1.2.3@sha256:{digest}\n");
    let place = Place::empty()
        .variable("ALIYUN_REGISTRY", "127.0.0.1:5000")
        .variable("ALIYUN_NAME_SPACE", "team")
        .file("images.txt", &text);
    let ran = place.run("list");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stdout.lines().all(|line| line.len() <= 80),
        "{}",
        ran.stdout
    );
    assert_eq!(
        ran.stdout,
        "nginx:1.27\n    from docker.io/library/nginx:1.27 for linux/amd64 (images.txt:1)\n\
         application:v1.2.3\n    \
         from ghcr.io/organisation/application:v1.2.3@sha256:aaaaaaaaaaaa for all\n    platforms (images.txt:2)\n\n2 images for 127.0.0.1:5000/team\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_image_of_one_name_is_told_with_what_stays_behind() {
    let (source, target) = pair().await;
    for owner in ["xhofe", "xiaoyaliu"] {
        Image::new("linux/amd64")
            .layer(owner)
            .push(&source, &format!("{owner}/alist"), "1");
    }
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/xhofe/alist:1\n");
    let first = place.run("apply");
    assert!(!first.stdout.contains("more than one"), "{first:?}");
    assert!(first.stdout.contains("docker pull"), "{first:?}");
    let again = place.run("apply");
    assert!(!again.stdout.contains("docker pull"), "{again:?}");
    place.write(
        "images.txt",
        "SOURCE/xhofe/alist:1\nSOURCE/xiaoyaliu/alist:1\n",
    );
    let ran = place.run("plan");
    let told = ran.stdout.replace('\n', " ");
    assert!(
        told.contains("more than one image is called `alist`"),
        "{ran:?}"
    );
    assert_eq!(place.run("apply").status, 0);
    assert!(!place.run("plan").stdout.contains("more than one"));
}
