//! `init`: the first files of a mirror.

use super::harness::Place;

const TYPED: &str = "init --registry Registry.cn-hangzhou.aliyuncs.com --namespace team nginx:1.27";

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path().join(name)).unwrap_or_default()
}

fn files(place: &Place) -> usize {
    std::fs::read_dir(place.path()).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_do_without_a_terminal_and_nothing_goes_over_what_is_there() {
    let place = Place::empty();
    insta::assert_snapshot!("init_missing", place.run("init --namespace team").whole());
    for (typed, why) in [
        ("init --registry a_b --namespace team nginx", "crpi-<id>"),
        (
            "init --registry registry.cn-hangzhou.aliyuncs.com --namespace a/b nginx",
            "ALIYUN_NAME_SPACE",
        ),
        (
            "init --registry r.example.com --namespace team nginx:1:2",
            "nginx:1:2",
        ),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{}", ran.whole());
        assert!(ran.stderr.contains(why), "{}", ran.whole());
    }
    assert_eq!(files(&place), 0);

    let missing = place.run("init --lang zh").whole();
    insta::assert_snapshot!("init_missing_zh", missing);
    let chinese = Place::empty().run(&format!("{TYPED} --lang zh")).whole();
    insta::assert_snapshot!("init_list_zh", chinese);

    insta::assert_snapshot!("init_list", place.run(TYPED).whole());
    assert_eq!(read(&place, "images.txt"), "nginx:1.27\n");
    let workflow = read(&place, ".github/workflows/mirror.yml");
    assert_eq!(workflow, include_str!("../../../templates/mirror.yml"));
    let again = place.run(&TYPED.replace("nginx", "redis"));
    assert_eq!(again.status, 1);
    assert!(
        again.stderr.contains("`images.txt` is here already"),
        "{}",
        again.stderr
    );
    assert_eq!(read(&place, "images.txt"), "nginx:1.27\n");

    let place = Place::empty().file(".github/workflows/mirror.yml", "mine\n");
    let typed = format!("{TYPED} --mirror-file");
    let ran = place.run(&typed);
    assert!(
        ran.stderr
            .contains("`.github/workflows/mirror.yml` is here already"),
        "{}",
        ran.stderr
    );
    assert_eq!(files(&place), 1);
    let ran = place.run(&format!("{typed} --no-workflow"));
    insta::assert_snapshot!("init_mirror_file", ran.whole());
    assert_eq!(read(&place, ".github/workflows/mirror.yml"), "mine\n");
    let listed = place.run("list --format json");
    assert_eq!(listed.status, 0, "{}", listed.whole());
    assert!(
        listed.stdout.contains("\"docker.io/library/nginx:1.27\""),
        "{}",
        listed.stdout
    );
    assert_eq!(place.run("check").status, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_asked_until_the_answers_are_right() {
    use super::terminal::typed_when;
    let place = Place::empty();
    let keys =
        "a b\nregistry.cn-hangzhou.aliyuncs.com\nTeam\nteam\n\nnginx:1:2\nnginx:1.27\nredis\n\n";
    let (status, screen) = typed_when(&place, "init --no-workflow", "registry (", keys).await;
    assert_eq!(status, 0, "{screen}");
    for told in [
        "is not a registry's host",
        "as in `team`",
        "`nginx:1:2`: the tag",
        "another image",
        "pusher doctor",
    ] {
        assert!(screen.contains(told), "{told}: {screen}");
    }
    assert_eq!(read(&place, "images.txt"), "nginx:1.27\nredis\n");
    assert!(!screen.contains("workflows"), "{screen}");

    let place = Place::empty();
    for (keys, ended) in [("r.example.com\n", 1), ("\u{3}", 130)] {
        let (status, screen) = typed_when(&place, "init", "registry (", keys).await;
        assert_eq!(status, ended, "{screen}");
        assert!(screen.contains("nothing was written"), "{screen}");
        assert_eq!(read(&place, "images.txt"), "");
    }
}
