//! Which tags of a source are meant: names and rules.

use std::path::Path;

use pusher::config::read_rules;

use super::{load_with, loaded};

fn mirror(image: &str) -> pusher::config::Loaded {
    loaded(
        "mirror.yaml",
        &format!("version: 1\nimages:\n  - {image}\n"),
    )
}

#[test]
fn each_named_tag_is_an_image_of_its_own() {
    for (image, sources, targets) in [
        (
            "{ source: docker.io/library/nginx, tags: [stable, 1.10, \"1.27\"] }",
            &["nginx:stable", "nginx:1.10", "nginx:1.27"][..],
            &["nginx:stable", "nginx:1.10", "nginx:1.27"][..],
        ),
        (
            "{ source: ghcr.io/org/app, tags: [v1, v2], target: web, platforms: all }",
            &["ghcr.io/org/app:v1", "ghcr.io/org/app:v2"],
            &["web:v1", "web:v2"],
        ),
        (
            "{ source: \"localhost:5000/app\", tags: [v1] }",
            &["localhost:5000/app:v1"],
            &["app:v1"],
        ),
    ] {
        let loaded = mirror(image);
        assert_eq!(loaded.diagnostics, [], "{image}");
        let found: Vec<_> = loaded.targets[0]
            .entries
            .iter()
            .map(|entry| entry.source.to_string().replace("docker.io/library/", ""))
            .collect();
        assert_eq!(found, sources, "{image}");
        let found: Vec<_> = loaded.targets[0]
            .entries
            .iter()
            .map(|entry| entry.target.to_string())
            .collect();
        assert_eq!(found, targets, "{image}");
    }
    // Each stands where its tag does.
    let text =
        "version: 1\nimages:\n  - source: nginx\n    tags:\n      - stable\n      - mainline\n";
    let lines = loaded("mirror.yaml", text).targets.remove(0).entries;
    let lines: Vec<_> = lines.iter().map(|entry| entry.origin.line).collect();
    assert_eq!(lines, [5, 6]);
}

/// What is told of an image: the code, and what stands where it points.
fn told(image: &str) -> Vec<(&'static str, String)> {
    let loaded = mirror(image);
    let of = |told: &pusher::config::Diagnostic| {
        let place = told.place.as_ref().unwrap();
        (told.code, loaded.files.part(place).to_owned())
    };
    loaded.diagnostics.iter().map(of).collect()
}

#[test]
fn each_mistake_is_told_at_its_key() {
    for (image, expected) in [
        (
            "{ source: nginx:1.27, tags: [stable] }",
            &[("tag-twice", "nginx:1.27")][..],
        ),
        (
            "{ source: nginx:1.27, select: { latest: 1 } }",
            &[("tag-twice", "nginx:1.27")],
        ),
        (
            "{ source: nginx, tags: [stable], target: web:v1 }",
            &[("target-tag", "web:v1")],
        ),
        ("{ source: nginx, tags: [] }", &[("no-tags", "[")]),
        (
            "{ source: nginx, tags: [\"1.*\", stable] }",
            &[("not-a-tag", "\"1.*\"")],
        ),
        (
            "{ source: nginx, tags: stable }",
            &[("wrong-type", "stable")],
        ),
        ("{ source: nginx, select: [] }", &[("no-rules", "[")]),
        (
            "{ source: nginx, select: \">=1\" }",
            &[("wrong-type", "\">=1\"")],
        ),
        ("{ source: nginx, select: {} }", &[("wrong-rule", "{")]),
        (
            "{ source: nginx, select: { version: \">=1 <2\", latest: 0, match: \"(\" } }",
            &[("wrong-value", "0")],
        ),
        (
            "{ source: nginx, select: { version: \">=1 <2\", match: \"(\" } }",
            &[("wrong-rule", "\">=1 <2\""), ("wrong-rule", "\"(\"")],
        ),
        (
            "{ source: nginx, select: [{ latest: 1 }, { versoin: \"1\" }] }",
            &[("unknown-key", "versoin")],
        ),
        (
            "{ source: nginx, select: { per: minor } }",
            &[("wrong-rule", "minor")],
        ),
        (
            "{ source: nginx, select: { latest: 1, per: week } }",
            &[("wrong-value", "week")],
        ),
        (
            "{ source: nginx, tags: [stable], max-tags: 3 }",
            &[("no-select", "3")],
        ),
        (
            "{ source: nginx, select: { latest: 1 }, min-tags: 5, max-tags: 3 }",
            &[("wrong-value", "5")],
        ),
    ] {
        let found = told(image);
        let found: Vec<_> = found.iter().map(|(code, part)| (*code, &**part)).collect();
        assert_eq!(found, expected, "{image}");
    }
    let for_all = loaded(
        "mirror.yaml",
        "version: 1\ndefaults: { tags: [a] }\nimages: [nginx]\n",
    );
    assert_eq!(for_all.diagnostics[0].code, "unknown-key");
}

#[test]
fn what_is_wrong_with_a_name_is_told_once_for_all_its_tags() {
    let loaded = mirror("{ source: nginx, tags: [a, b, c], target: apps/nginx }");
    let [refused] = &loaded.diagnostics[..] else {
        panic!("{:?}", loaded.diagnostics);
    };
    assert_eq!(refused.replacement.as_ref().unwrap().text, "apps_nginx");
}

#[test]
fn what_was_meant_is_offered() {
    for (image, instead) in [
        ("{ source: nginx:1.27, tags: [stable] }", "nginx"),
        ("{ source: nginx, tags: [a], target: web:v1 }", "web"),
        (
            "{ source: nginx, select: { version: \">=1 <2\" } }",
            "\">=1, <2\"",
        ),
    ] {
        let replacements = mirror(image).diagnostics;
        let replacement = replacements
            .iter()
            .find_map(|told| told.replacement.as_ref());
        assert_eq!(replacement.unwrap().text, instead, "{image}");
    }
}

#[test]
fn the_examples_of_the_reference_are_without_mistakes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mirror-file.md");
    let page = std::fs::read_to_string(path).unwrap();
    let variables = [
        "HANGZHOU_USER",
        "HANGZHOU_PASSWORD",
        "ALIYUN_REGISTRY",
        "ALIYUN_NAME_SPACE",
    ];
    let variables = variables.map(|name| (name.to_owned(), "team.example".to_owned()));
    let examples = page.split("```yml\n").skip(1);
    let examples: Vec<_> = examples
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(examples.len() > 1);
    for example in examples {
        let images = if example.contains("images:") {
            ""
        } else {
            "images: [nginx]\n"
        };
        let text = format!("version: 1\n{images}{example}");
        let loaded = load_with("mirror.yaml", &text, "", &variables.clone().into());
        assert_eq!(loaded.diagnostics, [], "{text}");
    }
}

#[test]
fn a_rule_that_is_written_back_is_the_same_rule() {
    for typed in [
        r#"version: ">=1.25, <2", variant: ["", alpine], latest: 2, per: minor"#,
        r"match: 'RELEASE\.(?<key>.+)Z', latest: 3",
        r#"glob: ["*-cuda12*", "it's"], except: "*-rc*""#,
        r#"match: 'it''s "here"\.', pre-releases: true, parts: [2, 3]"#,
        r#"except: ["a\nb\\c", "\t\u001b\""], match: "(?x)a # b\n""#,
        "version: ~1.27",
        "version: '>=20.04'",
    ] {
        let rules = read_rules(typed).unwrap();
        let [rule] = &rules[..] else {
            panic!("{typed}: {rules:?}");
        };
        let again = read_rules(&rule.to_string()).unwrap();
        assert_eq!(again, rules, "{typed}: {rule}");
        assert_eq!(again[0].to_string(), rule.to_string());
    }
}
