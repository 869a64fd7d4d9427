use crate::model::{Bytes, Digest, Platform, Platforms, Reference};
use crate::plan::contents::{Contents, PlatformImage};
use crate::plan::entry::{DeclaredAt, Entry};
use crate::plan::fixtures::{descriptor, entry};

use super::*;

fn digest(content: &str) -> Digest {
    descriptor(content).digest
}

fn sources(of: &[&str], except: &[&str]) -> Sources {
    let patterns = |texts: &[&str]| {
        let texts = texts.iter();
        texts
            .map(|text| SourcePattern::parse(text).unwrap())
            .collect()
    };
    Sources {
        of: patterns(of),
        except: patterns(except),
    }
}

fn rule(asks: Requirement) -> Rule {
    Rule {
        asks,
        sources: Sources::default(),
        level: Level::Block,
        origin: DeclaredAt {
            file: "mirror.yaml".into(),
            line: 7,
        },
    }
}

fn rules(asks: Requirement) -> Rules {
    Rules::of(vec![rule(asks)])
}

fn max_size(most: u64) -> Requirement {
    Requirement::MaxSize {
        most: Bytes(most),
        written: format!("{most}B"),
    }
}

/// Says which rules an image breaks as it is declared, beside these others.
fn declared(rules: &Rules, image: &Entry, others: &[Entry], is_settled: bool) -> Vec<String> {
    let judge = Judge::of(rules, others.iter().chain([image]));
    told(&judge.declared(image, is_settled, is_settled))
}

fn told(broken: &[Violation]) -> Vec<String> {
    broken.iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_files_say_is_enough_for_some_rules() {
    let platforms =
        |texts: &[&str]| -> Vec<_> { texts.iter().map(|text| text.parse().unwrap()).collect() };
    let pinned = format!("nginx:latest@{}", digest("a"));
    for (asks, source, found) in [
        (
            Requirement::Allow(sources(
                &["docker.io/library/*"],
                &["docker.io/library/redis"],
            )),
            &[
                ("nginx", ""),
                ("redis", "the source is not allowed"),
                ("org/nginx", "the source is not allowed"),
            ][..],
            "allow: docker.io/library/*, except: docker.io/library/redis",
        ),
        (
            Requirement::Deny(sources(&["docker.io/*/*"], &["docker.io/library/*"])),
            &[
                ("nginx", ""),
                ("org/nginx", "the source is denied"),
                ("ghcr.io/org/nginx", ""),
            ],
            "deny: docker.io/*/*, except: docker.io/library/*",
        ),
        (
            Requirement::PlatformsRequired(platforms(&["linux/amd64", "linux/arm64"])),
            &[("nginx", "the files do not ask for linux/arm64")],
            "platforms-required: [linux/amd64, linux/arm64]",
        ),
        (
            Requirement::PlatformsRequired(platforms(&["linux/amd64"])),
            &[("nginx", "")],
            "",
        ),
        (
            Requirement::NoLatest,
            &[
                ("nginx", "the source is the tag `latest`"),
                ("nginx:latest", "the source is the tag `latest`"),
                ("nginx:1", ""),
                (&pinned, ""),
            ],
            "no-latest: true",
        ),
        (
            Requirement::PinnedOnly,
            &[
                (
                    "nginx:1",
                    "the source has no digest, and no lock settles it",
                ),
                (&pinned, ""),
            ],
            "pinned-only: true",
        ),
        (
            Requirement::MaxTags(2),
            &[
                ("nginx:1", ""),
                ("redis:9", "3 tags of this repository are declared"),
            ],
            "max-tags: 2",
        ),
        (max_size(1), &[("nginx", "")], ""),
    ] {
        let rules = rules(asks);
        let others = ["redis:1", "redis:2", "redis:2", "nginx:1"];
        let others = others.map(|source| entry(source, "x:1"));
        for (source, why) in source {
            let wanted = match *why {
                "" => vec![],
                why => vec![format!("{why}: `{found}` (mirror.yaml:7)")],
            };
            let image = entry(source, "y:1");
            assert_eq!(declared(&rules, &image, &others, false), wanted, "{source}");
        }
    }
    for (asks, why) in [
        (Requirement::PinnedOnly, "no lock settles it"),
        (Requirement::VerifyRequired, "no rule of `verify` says"),
    ] {
        let rules = rules(asks);
        let image = entry("nginx:1", "y:1");
        assert!(declared(&rules, &image, &[], true).is_empty());
        let found = declared(&rules, &image, &[], false);
        assert!(found.len() == 1 && found[0].contains(why), "{found:?}");
    }
}

#[test]
fn all_platforms_are_asked_for_by_all_and_by_a_wildcard() {
    let rules = rules(Requirement::PlatformsRequired(vec![
        "linux/arm64".parse().unwrap(),
    ]));
    for (asked, is_enough) in [
        (Platforms::All, true),
        (Platforms::only(vec!["linux/*".parse().unwrap()]), true),
        (Platforms::only(vec!["windows/*".parse().unwrap()]), false),
        (Platforms::linux_amd64(), false),
    ] {
        let image = Entry {
            platforms: asked,
            ..entry("nginx", "nginx:1")
        };
        assert_eq!(declared(&rules, &image, &[], true).is_empty(), is_enough);
    }
}

#[test]
fn a_rule_is_about_what_it_is_for() {
    let about = |source: &str, of: &[&str], except: &[&str]| {
        let rules = Rules::of(vec![Rule {
            sources: sources(of, except),
            ..rule(Requirement::NoLatest)
        }]);
        !declared(&rules, &entry(source, "x:1"), &[], true).is_empty()
    };
    assert!(about("nginx", &[], &[]));
    assert!(about("nginx", &["docker.io/**"], &[]));
    assert!(!about("nginx", &["ghcr.io/**"], &[]));
    assert!(!about("nginx", &[], &["docker.io/library/*"]));
    assert!(about("org/nginx", &[], &["docker.io/library/*"]));
    assert!(!about("nginx", &["docker.io/**"], &["docker.io/library/*"]));
}

#[test]
fn what_a_family_stands_for_is_judged_where_it_holds_for_every_tag() {
    let any = Reference::tagged(
        "nginx".parse::<Reference>().unwrap().repository().clone(),
        "*",
    );
    let family = Entry {
        source: any,
        ..entry("nginx", "nginx:1")
    };
    let broken = |asks| declared(&rules(asks), &family, &[], false).len();
    let deny = |pattern| Requirement::Deny(sources(&[pattern], &[]));
    let allow = |pattern| Requirement::Allow(sources(&[pattern], &[]));
    assert_eq!(broken(deny("docker.io/**")), 1);
    assert_eq!(broken(deny("docker.io/library/nginx:1.*")), 0);
    assert_eq!(broken(allow("docker.io/library/nginx:1.*")), 0);
    assert_eq!(broken(allow("ghcr.io/**")), 1);
    assert_eq!(broken(Requirement::NoLatest), 0);
    assert_eq!(broken(Requirement::PinnedOnly), 1);
    assert_eq!(broken(Requirement::MaxTags(1)), 0);
}

fn image(name: &str, platform: Option<&str>) -> PlatformImage {
    PlatformImage {
        platform: platform.map(|architecture| Platform::new("linux", architecture, None)),
        manifest: digest(name),
        config: digest(&format!("{name} config")),
    }
}

fn contents(platforms: Vec<PlatformImage>) -> Contents {
    Contents {
        blobs: vec![(digest("one"), 700), (digest("two"), 400)],
        platforms,
        ..Contents::default()
    }
}

fn brought(rules: &Rules, contents: Option<&Contents>, skipped: &[&str]) -> Vec<String> {
    let skipped: Vec<_> = skipped.iter().map(|text| text.parse().unwrap()).collect();
    let brought = Brought {
        source: &digest("source"),
        expected: &digest("expected"),
        contents,
        skipped: &skipped,
    };
    let image = entry("nginx", "nginx:1");
    told(&Judge::of(rules, std::iter::empty()).brought(&image, &brought))
}

#[test]
fn the_size_is_that_of_all_blobs_of_a_copy() {
    let contents = contents(vec![]);
    let of = |most, contents| brought(&rules(max_size(most)), contents, &[]);
    assert!(of(1100, Some(&contents)).is_empty());
    assert_eq!(
        of(1099, Some(&contents)),
        ["the image has 1.1 KiB: `max-size: 1099B` (mirror.yaml:7)"]
    );
    assert_eq!(
        of(1 << 40, None),
        [
            "the image consists of too much for its size to be known: `max-size: 1099511627776B` (mirror.yaml:7)"
        ]
    );
}

#[test]
fn the_platforms_are_those_that_come() {
    let both = contents(vec![image("a", Some("amd64")), image("b", Some("arm64"))]);
    let one = contents(vec![image("a", Some("amd64"))]);
    let single = contents(vec![image("a", None)]);
    let of = |required: &[&str], contents, skipped: &[&str]| {
        let required = required.iter().map(|text| text.parse().unwrap()).collect();
        let rules = rules(Requirement::PlatformsRequired(required));
        brought(&rules, contents, skipped)
    };
    let two = ["linux/amd64", "linux/arm64"];
    let rule = "`platforms-required: [linux/amd64, linux/arm64]` (mirror.yaml:7)";
    assert!(of(&two, Some(&both), &[]).is_empty());
    assert_eq!(
        of(&two, Some(&one), &[]),
        [format!(
            "the source has no linux/arm64; it has linux/amd64: {rule}"
        )]
    );
    assert_eq!(
        of(&two, Some(&single), &["linux/arm64"]),
        [format!("the source has no linux/arm64: {rule}")]
    );
    assert_eq!(
        of(&two, Some(&single), &[]),
        [format!(
            "the source is a single image, for one platform alone: {rule}"
        )]
    );
    // Which one it is for was not read.
    assert!(of(&["linux/arm64"], Some(&single), &[]).is_empty());
    assert!(of(&two, None, &[]).is_empty());
}

fn scan(file: &str, of: &[&str], worst: Option<Severity>) -> ScanReport {
    ScanReport {
        file: file.into(),
        digests: of.iter().map(|content| digest(content)).collect(),
        worst,
        count: 2,
        names: vec!["CVE-1".to_owned()],
    }
}

fn scanned(scans: Vec<ScanReport>) -> Rules {
    let mut rules = rules(Requirement::MaxSeverity {
        most: Severity::High,
        reports: vec![],
    });
    rules.scans = scans.into();
    rules
}

#[test]
fn a_report_is_of_the_whole_or_of_each_image_in_it() {
    let (critical, high) = (Some(Severity::Critical), Some(Severity::High));
    let both = contents(vec![image("a", Some("amd64")), image("b", Some("arm64"))]);
    let missing = |content: &str| format!("there is no scan report for {}", digest(content));
    let worst = |file: &str| format!("2 × critical in `{file}` (CVE-1)");
    for (scans, found) in [
        (vec![], format!("{}, {}", missing("a"), digest("b"))),
        (vec![scan("s", &["source"], high)], String::new()),
        (vec![scan("s", &["source"], None)], String::new()),
        (vec![scan("s", &["expected"], high)], String::new()),
        (vec![scan("s", &["source"], critical)], worst("s")),
        (
            vec![scan("s", &["source"], high), scan("t", &["b"], critical)],
            worst("t"),
        ),
        (vec![scan("s", &["a"], high)], missing("b")),
        (
            vec![scan("s", &["a"], high), scan("t", &["b config"], None)],
            String::new(),
        ),
        (
            vec![scan("s", &["a"], critical), scan("t", &["other"], high)],
            worst("s"),
        ),
    ] {
        let wanted = match &*found {
            "" => vec![],
            found => vec![format!("{found}: `max-severity: high` (mirror.yaml:7)")],
        };
        assert_eq!(
            brought(&scanned(scans), Some(&both), &[]),
            wanted,
            "{found}"
        );
    }
    // Of what it is made is not known: then the whole has to be scanned.
    let found = brought(&scanned(vec![]), None, &[]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with(&missing("source")), "{found:?}");
}

#[test]
fn what_is_in_place_is_judged_by_what_is_known_of_it() {
    let image = entry("nginx", "nginx:1");
    let broken = |scans| {
        let rules = scanned(scans);
        let judge = Judge::of(&rules, std::iter::empty());
        let digests = [&digest("source"), &digest("expected")];
        judge.in_place(&image, &digests).len()
    };
    assert_eq!(broken(vec![]), 0, "nobody knows what is inside");
    assert_eq!(
        broken(vec![scan("s", &["expected"], Some(Severity::High))]),
        0
    );
    assert_eq!(
        broken(vec![scan("s", &["source"], Some(Severity::Critical))]),
        1
    );
    let rules = rules(max_size(0));
    let judge = Judge::of(&rules, std::iter::empty());
    assert!(judge.in_place(&image, &[]).is_empty());
}

#[test]
fn every_rule_is_told_with_its_key_and_its_value() {
    for (asks, written) in [
        (max_size(2), "max-size: 2B"),
        (Requirement::MaxTags(50), "max-tags: 50"),
        (
            Requirement::MaxSeverity {
                most: Severity::Negligible,
                reports: vec![],
            },
            "max-severity: negligible",
        ),
    ] {
        assert_eq!(asks.to_string(), written);
        assert_eq!(asks.code(), format!("policy-{}", asks.key()));
    }
}
