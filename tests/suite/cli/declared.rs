//! `list`, `check`, `schema`, `import`: what needs no network.

use super::harness::Place;

const LIST: &str =
    "# web\nnginx:1.27\n--platform=linux/arm64 redis:7.4\nxhofe/alist\nxiaoyaliu/alist";

fn with_target() -> Place {
    Place::empty()
        .variable("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com")
        .variable("ALIYUN_NAME_SPACE", "team")
}

#[test]
fn list_shows_what_is_declared() {
    let place = with_target().file("images.txt", LIST);
    insta::assert_snapshot!("list", place.run("list").whole());
    insta::assert_snapshot!("list_json", place.run("list --format json").whole());
    insta::assert_snapshot!("list_markdown", place.run("list --format markdown").whole());
}

#[test]
fn a_mirror_file_includes_lists_beside_it() {
    let place = Place::empty()
        .file(
            "lists/mirror.yaml",
            "version: 1\ntarget: { registry: registry.example.com, namespace: team }\n\
             include: [more/images.txt]\nimages:\n  - alpine:3.21\n",
        )
        .file("lists/more/images.txt", "nginx:1.27\n");
    let ran = place.run("list -f lists/mirror.yaml");
    insta::assert_snapshot!("list_include", ran.whole());
    std::fs::remove_file(place.path().join("lists/more/images.txt")).unwrap();
    let ran = place.run("list -f lists/mirror.yaml");
    insta::assert_snapshot!("list_include_missing", ran.whole());
}

#[test]
fn a_dockerfile_lists_images_as_well() {
    let dockerfile = "# web\nFROM nginx:1.27\nFROM --platform=linux/arm64 redis:7.4\n\
                      FROM ghcr.io/org/app:v1 AS app\n";
    let place = with_target().file("images.dockerfile", dockerfile);
    insta::assert_snapshot!("list_dockerfile", place.run("list").whole());
    let imported = place.run("import images.dockerfile").whole();
    insta::assert_snapshot!("import_dockerfile", imported);
    let place = with_target()
        .file("images.dockerfile", dockerfile)
        .file("images.txt", "alpine:3.21\n");
    insta::assert_snapshot!("list_left_aside", place.run("list").whole());
    let place = place.file(
        "mirror.yaml",
        "version: 1\ninclude: [images.txt, images.dockerfile]\n",
    );
    let both = place.run("list");
    assert_eq!(both.stderr, "", "{}", both.whole());
    assert_eq!(
        both.stdout.matches("images.dockerfile:").count(),
        3,
        "{}",
        both.whole()
    );
}

#[test]
fn check_tells_every_mistake_as_its_answer() {
    let place = Place::empty().file("images.txt", LIST);
    insta::assert_snapshot!("check_fine", place.run("check").whole());
    let place = place.file(
        "images.txt",
        "nginx：1.27\nalpine\n--platform=linux/armv7 redis\n",
    );
    insta::assert_snapshot!("check_mistakes", place.run("check").whole());
    insta::assert_snapshot!("check_json", place.run("check --format json").whole());
    insta::assert_snapshot!(
        "check_markdown",
        place.run("check --format markdown").whole()
    );
}

#[test]
fn a_name_that_the_target_refuses_is_a_mistake_for_check_and_blocked_in_a_plan() {
    let place = with_target().file("images.txt", "registry.example.com/a:1\n");
    let ran = place.run("check");
    assert_eq!(ran.status, 1, "{ran:?}");
    insta::assert_snapshot!("check_name_refused", ran.whole());
    let ran = place.run("plan");
    assert_eq!(ran.status, 1, "{ran:?}");
    insta::assert_snapshot!("plan_name_refused", ran.whole());
}

#[test]
fn schema_prints_each_kind() {
    let place = Place::empty();
    for kind in ["mirror", "list", "check", "plan", "report", "drift"] {
        let ran = place.run(&format!("schema {kind}"));
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{kind}");
        let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
    }
}

#[test]
fn import_writes_a_mirror_file_that_lists_the_same() {
    let place = with_target().file("images.txt", LIST);
    let ran = place.run("import images.txt");
    insta::assert_snapshot!("import", ran.whole());
    let without_origins = |ran: super::harness::Ran| {
        let mut list: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        for image in list["images"].as_array_mut().unwrap() {
            image.as_object_mut().unwrap().remove("origin");
        }
        list
    };
    let before = without_origins(place.run("list --format json"));
    place.write("mirror.yaml", &ran.stdout);
    assert_eq!(without_origins(place.run("list --format json")), before);
}

#[test]
fn import_takes_image_lists_alone_and_no_mistakes() {
    let place = Place::empty()
        .file("mirror.yaml", "version: 1\n")
        .file("images.txt", "docker pull nginx\n");
    insta::assert_snapshot!(
        "import_mirror_file",
        place.run("import mirror.yaml").whole()
    );
    insta::assert_snapshot!("import_mistakes", place.run("import images.txt").whole());
}
