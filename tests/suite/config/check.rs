//! What `check` says, and what stands in the way of a plan.

use pusher::config::{DiagnosticKind, Severity, Variables};
use pusher::render::{self, Checked, Format, View};

use super::{load_with, loaded};

#[test]
fn without_the_variables_a_list_can_be_checked_but_not_planned() {
    let nothing = Variables::new();
    let list = "nginx\n--platform=linux/armv7 redis\n";
    let loaded = load_with("images.txt", list, "", &nothing);
    let codes: Vec<&str> = loaded.check().iter().map(|one| one.code).collect();
    assert_eq!(codes, ["not-a-platform"]);

    let loaded = load_with("images.txt", "nginx\n", "", &nothing);
    assert_eq!(loaded.check(), []);
    let errors = loaded.desired().unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|one| one.message.english()).collect();
    assert_eq!(
        messages,
        [
            "the environment variable `ALIYUN_REGISTRY` is not set",
            "the environment variable `ALIYUN_NAME_SPACE` is not set"
        ]
    );
}

#[test]
fn a_variable_that_a_file_asks_for_is_a_warning_to_check_and_an_error_to_plan() {
    let text = "version: 1\ntarget: {registry: \"${X}\"}\nimages: [nginx]\n";
    let loaded = loaded("mirror.yaml", text);
    let [warning] = &*loaded.check() else {
        panic!("{:?}", loaded.diagnostics)
    };
    assert_eq!(
        (warning.severity, warning.kind),
        (Severity::Warning, DiagnosticKind::Environment)
    );
    assert_eq!(loaded.desired().unwrap_err()[0].severity, Severity::Error);
}

#[test]
fn a_refused_name_is_an_error_to_check_and_left_to_the_plan() {
    let loaded = loaded("images.txt", "nginx\norg/x\n");
    assert_eq!(loaded.check()[0].code, "name-refused");
    assert_eq!(loaded.desired().unwrap()[0].entries.len(), 2);
}

/// Returns the codes of what `check` says, with the environment's registry and namespace as given.
fn codes_with(registry: &str, namespace: &str, path: &str, text: &str) -> Vec<&'static str> {
    let variables = [
        ("ALIYUN_REGISTRY", registry),
        ("ALIYUN_NAME_SPACE", namespace),
    ];
    let environment: Variables = variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let loaded = load_with(path, text, "", &environment);
    assert_eq!(loaded.desired().is_ok(), loaded.check().is_empty());
    loaded.check().iter().map(|one| one.code).collect()
}

#[test]
fn a_target_that_cannot_be_is_a_mistake_wherever_it_is_written() {
    let personal = "registry.cn-hangzhou.aliyuncs.com";
    let mirror = "version: 1\n\
                  target: {registry: \"${ALIYUN_REGISTRY}\", namespace: \"${ALIYUN_NAME_SPACE}\"}\n\
                  images: [nginx]\n";
    for (registry, namespace, wrong) in [
        (personal, "team", false),
        ("registry.example", "a/b", false),
        (personal, "a/b", true),
        (personal, "..", true),
        (personal, "-team", true),
        ("registry.example", "a/../b", true),
        ("registry..example", "team", true),
        ("-registry.example", "team", true),
        ("registry.example:66000", "team", true),
    ] {
        let expected = if wrong {
            &["target-not-valid"][..]
        } else {
            &[]
        };
        for (path, text) in [("images.txt", "nginx\n"), ("mirror.yaml", mirror)] {
            let codes = codes_with(registry, namespace, path, text);
            assert_eq!(codes, expected, "{registry}/{namespace} in {path}");
        }
    }
}

#[test]
fn a_name_that_no_registry_takes_is_told_with_and_without_a_target() {
    for target in ["a..b:1", "a___b", "a.-b:1", "-a", "../a:1", "a//b"] {
        let text = format!("version: 1\nimages: [{{source: nginx, target: {target}}}]\n");
        for environment in [Variables::new(), super::environment()] {
            let loaded = load_with("mirror.yaml", &text, "", &environment);
            let codes: Vec<&str> = loaded.check().iter().map(|one| one.code).collect();
            assert_eq!(codes, ["name-refused"], "{target}");
        }
    }
}

#[test]
fn no_two_images_are_offered_one_name() {
    let list = ["alpha", "beta"].map(|end| format!("org/{}-{end}:v1\n", "long-".repeat(14)));
    let loaded = loaded("images.txt", &list.concat());
    let offered: std::collections::BTreeSet<_> = loaded
        .check()
        .into_iter()
        .map(|one| one.help.unwrap())
        .map(|help| help.english().rsplit_once("target: ").unwrap().1.to_owned())
        .collect();
    assert_eq!(offered.len(), 2, "{offered:?}");
}

#[test]
fn every_mistake_is_told_at_once_in_the_order_of_the_files() {
    let text = "version: 2\nimages:\n  - Nginx\n  - {source: a, platforms: [x]}\n  - a:\nzzz: 1\n\
                include: [images.txt]\n";
    let loaded = load_with("mirror.yaml", text, "b\ndocker pull c\n", &Variables::new());
    let places: Vec<String> = loaded
        .check()
        .iter()
        .map(|one| {
            let (line, column) = loaded.files.position(one.place.as_ref().unwrap());
            format!(
                "{}:{line}:{column} {}",
                one.place.as_ref().unwrap().file,
                one.code
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "mirror.yaml:1:10 wrong-version",
            "mirror.yaml:3:5 upper-case",
            "mirror.yaml:4:29 not-a-platform",
            "mirror.yaml:5:5 missing-key",
            "mirror.yaml:5:5 unknown-key",
            "mirror.yaml:6:1 unknown-key",
            "images.txt:2:1 command",
        ]
    );
}

#[test]
fn a_login_that_is_not_used_and_a_way_that_is_not_known_are_told_with_their_lines() {
    for (login, expected) in [
        (
            "{ login: acr, username: a, password: b }",
            Some("2:32 unused-login"),
        ),
        (
            "{ password: b, username: a, login: none }",
            Some("2:33 unused-login"),
        ),
        ("{ login: ecr }", Some("2:27 wrong-value")),
        ("{ login: acr }", None),
        ("{ login: basic, username: a, password: \"${P}\" }", None),
    ] {
        let text = format!("registries:\n  r.example.com: {login}\nimages: [nginx]\n");
        let environment = [("P".to_owned(), "p".to_owned())].into();
        let loaded = load_with("mirror.yaml", &text, "", &environment);
        let told = loaded
            .diagnostics
            .iter()
            .find(|one| matches!(one.code, "unused-login" | "wrong-value"));
        let told = told.map(|one| {
            let (line, column) = loaded.files.position(one.place.as_ref().unwrap());
            format!("{line}:{column} {}", one.code)
        });
        assert_eq!(told.as_deref(), expected, "{login}");
    }
}

#[test]
fn programs_get_lines_columns_and_replacements() {
    let loaded = loaded("images.txt", "nginx\n--platform=linux/armv7 redis\n");
    let mut text = String::new();
    let checked = Checked {
        diagnostics: &loaded.check(),
        files: &loaded.files,
        images: loaded.images(),
    };
    render::check(&checked, Format::Json, &View::default(), &mut text).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let diagnostic = &document["diagnostics"][0];
    assert_eq!(document["format_version"], "1.0");
    assert_eq!(document["summary"]["errors"], 1);
    assert_eq!(diagnostic["place"]["line"], 2);
    assert_eq!(diagnostic["place"]["column"], 12);
    assert_eq!(
        diagnostic["replacement"]["text"],
        "--platform=linux/arm/v7 redis"
    );
    let schema = pusher::render::schemas::schema(pusher::render::schemas::SchemaKind::Check);
    jsonschema::validator_for(&schema)
        .unwrap()
        .validate(&document)
        .unwrap();
}
