//! `--metrics`: what a run came to, for Prometheus.

use std::collections::{HashMap, HashSet};

use pusher::sandbox::images::Image;

use super::harness::{NAMESPACE, Place, pair};

/// Reads a page by the rules that both forms have, and returns its samples.
fn samples(page: &str) -> HashMap<String, String> {
    let (mut known, mut found) = (HashSet::new(), HashMap::new());
    let lines = page.strip_suffix("# EOF\n").unwrap().lines();
    for line in lines {
        if let Some(rest) = line.strip_prefix("# ") {
            let (kind, rest) = rest.split_once(' ').unwrap();
            let (name, rest) = rest.split_once(' ').unwrap();
            match kind {
                "HELP" => assert!(known.insert(name.to_owned()), "{name} is told twice"),
                "TYPE" => assert_eq!(rest, "gauge", "{name}"),
                other => panic!("{other}"),
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(known.contains(name.split('{').next().unwrap()), "{line}");
        assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
        let before = found.insert(name.to_owned(), value.to_owned());
        assert!(before.is_none(), "{line}");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_leaves_a_page_that_prometheus_reads() {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("one")
        .push(&source, "org/one", "v1");
    let place = Place::between(&source, &target)
        .file("images.txt", "SOURCE/org/one:v1\nSOURCE/org/two:v1\n");
    let page = |typed: &str, name: &str| {
        place.run(typed);
        let page = std::fs::read_to_string(place.path().join(name)).unwrap();
        (samples(&page), place.steady(&page))
    };
    let (found, text) = page("apply -q --metrics a\"b.prom", "a\"b.prom");
    let shown = text.lines().filter(|line| !line.starts_with("pusher_run_"));
    let shown: Vec<_> = shown.collect();
    insta::assert_snapshot!("metrics_apply", shown.join("\n"));
    assert_eq!(
        found[r#"pusher_run_status{run="a\"b",command="apply"}"#],
        "1"
    );

    place.write("images.txt", "SOURCE/org/one:v1\n");
    let since = |found: &HashMap<String, String>| {
        let mut since = found.iter();
        let since = since.find(|(name, _)| name.starts_with("pusher_drift_since"));
        since.map(|(name, value)| (name.clone(), value.parse::<i64>().unwrap()))
    };
    let typed = "drift -q --metrics drift.prom";
    let (found, _) = page(typed, "drift.prom");
    assert_eq!(since(&found), None);
    target.delete_tag(&format!("{NAMESPACE}/one"), "v1");
    let (found, text) = page(typed, "drift.prom");
    let shown = text.lines().filter(|line| !line.contains("_seconds{"));
    let shown: Vec<_> = shown.collect();
    insta::assert_snapshot!("metrics_drift", shown.join("\n"));
    let (name, first) = since(&found).unwrap();
    // An earlier run found it as well.
    let path = place.path().join("drift.prom");
    let old = std::fs::read_to_string(&path).unwrap();
    let earlier = first - 86400;
    std::fs::write(
        &path,
        old.replace(&format!("{name} {first}"), &format!("{name} {earlier}")),
    )
    .unwrap();
    let (found, _) = page(typed, "drift.prom");
    assert_eq!(since(&found), Some((name, earlier)));
    place.run("apply -q");
    let (found, _) = page(typed, "drift.prom");
    assert_eq!(since(&found), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_told_first_and_a_command_that_stops_leaves_it() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", "a b c\n");
    let ran = place.run("apply --metrics nowhere/a.prom");
    assert!(
        ran.stderr.contains("cannot write `nowhere/a.prom`"),
        "{}",
        ran.stderr
    );
    let ran = place.run("apply --metrics a.prom --report a.prom");
    assert!(ran.stderr.contains("are the same file"), "{}", ran.stderr);
    place.write("a.prom", "as it was");
    assert_eq!(place.run("drift --metrics a.prom").status, 1);
    assert_eq!(
        std::fs::read_to_string(place.path().join("a.prom")).unwrap(),
        "as it was"
    );
}
