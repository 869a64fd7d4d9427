//! What `check` says, and what stands in the way of a plan.

use pusher::config::{Environment, Kind, Severity};
use pusher::render::check;

use super::{load_with, loaded};

#[test]
fn without_the_variables_a_list_can_be_checked_but_not_planned() {
    let nothing = Environment::new();
    let list = "nginx\n--platform=linux/armv7 redis\n";
    let loaded = load_with("images.txt", list, "", &nothing);
    let codes: Vec<&str> = loaded.check().iter().map(|one| one.code).collect();
    assert_eq!(codes, ["not-a-platform"]);

    let loaded = load_with("images.txt", "nginx\n", "", &nothing);
    assert_eq!(loaded.check(), []);
    let errors = loaded.desired().unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|one| one.message.as_str()).collect();
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
        (Severity::Warning, Kind::Environment)
    );
    assert_eq!(loaded.desired().unwrap_err()[0].severity, Severity::Error);
}

#[test]
fn a_refused_name_is_an_error_to_check_and_left_to_the_plan() {
    let loaded = loaded("images.txt", "nginx\norg/x\n");
    assert_eq!(loaded.check()[0].code, "name-refused");
    assert_eq!(loaded.desired().unwrap().entries.len(), 2);
}

#[test]
fn every_mistake_is_told_at_once_in_the_order_of_the_files() {
    let text = "version: 2\nimages:\n  - Nginx\n  - {source: a, platforms: [x]}\n  - a:\nzzz: 1\n\
                include: [images.txt]\n";
    let loaded = load_with(
        "mirror.yaml",
        text,
        "b\ndocker pull c\n",
        &Environment::new(),
    );
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
fn programs_get_lines_columns_and_replacements() {
    let loaded = loaded("images.txt", "nginx\n--platform=linux/armv7 redis\n");
    let mut text = String::new();
    check::json(&loaded.check(), &loaded.files, &mut text).unwrap();
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
