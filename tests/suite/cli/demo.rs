//! `demo`: the whole story, and that it can fail.

use super::harness::Place;

/// Plays the whole story, which must end well.
fn told(typed: &str, is_cost: impl Fn(&str) -> bool) -> String {
    let ran = Place::empty().run(typed);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let text = super::harness::without_ports(&ran.stdout);
    // Which of the images that share a layer sends it, and which mount it, is a race.
    let steady = |line: &str| match line.strip_prefix("      ") {
        Some(cost) if is_cost(cost) => "      COST\n".to_owned(),
        _ => format!("{line}\n"),
    };
    text.lines().map(steady).collect()
}

#[test]
fn ends_well_without_anything() {
    insta::assert_snapshot!("demo", told("demo", |line| line.contains(" sent")));
    let chinese = told("demo --lang zh", |line| line.contains("MiB"));
    insta::assert_snapshot!("demo_zh", chinese);
}

#[test]
fn a_proxy_and_a_login_in_the_environment_do_not_matter() {
    let place = Place::empty()
        .variable("HTTP_PROXY", "http://127.0.0.1:9")
        .variable("http_proxy", "http://127.0.0.1:9")
        .variable("ALL_PROXY", "http://127.0.0.1:9")
        .variable("ALIYUN_REGISTRY", "registry.example.com")
        .variable("ALIYUN_REGISTRY_PASSWORD", "hunter2");
    let ran = place.run("demo -q");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(!ran.stdout.contains("hunter2") && !ran.stdout.contains("example.com"));
}

#[test]
fn leaves_nothing_behind() {
    let place = Place::empty();
    let place = {
        let folder = place.path().to_str().unwrap().to_owned();
        place.variable("TMPDIR", &folder)
    };
    assert_eq!(place.run("demo -q").status, 0);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}
