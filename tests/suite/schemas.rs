//! `schemas/` holds what `pusher schema` prints, and the repository's own files keep to it.

use std::path::Path;

use pusher::config::{Input, Severity, Variables, load};
use pusher::render::schemas::{SchemaKind, schema, text};

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_committed_schemas_are_what_the_program_prints() {
    for kind in SchemaKind::ALL {
        let name = kind.as_str();
        let committed = file(&format!("schemas/{name}.schema.json"));
        let remedy = format!("cargo run -- schema {name} > schemas/{name}.schema.json");
        assert!(committed == text(kind), "stale: {remedy}");
    }
}

/// The target that the shipped mirror file takes from the environment.
fn environment() -> Variables {
    let own = [
        ("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com"),
        ("ALIYUN_NAME_SPACE", "team"),
    ];
    own.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .collect()
}

fn fits_the_schema(text: &str) {
    let document: serde_json::Value = serde_yaml::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Mirror)).unwrap();
    validator.validate(&document).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "version": 1, "imagse": [] })));
}

#[test]
fn a_mirror_file_and_the_list_that_it_includes_are_without_mistakes_and_fit_the_schema() {
    let folder = "tests/fixtures/mirror";
    let text = file(&format!("{folder}/mirror.yaml"));
    let loaded = load(&Input {
        path: "mirror.yaml",
        text: &text,
        environment: &environment(),
        read: &|name| Ok(file(&format!("{folder}/{name}"))),
        names: &|_| vec![],
    });
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.desired().unwrap()[0].entries.len(), 3);
    fits_the_schema(&text);
}

/// A fork's files are its own: it may have others, or none, and how many images they have is its business.
#[test]
fn the_repositorys_own_mirror_file_fits_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mirror.yaml");
    if path.exists() {
        fits_the_schema(&file("mirror.yaml"));
    }
}

const DESIGN: &str = r#"
version: 1
target:
  registry: ${ALIYUN_REGISTRY}
  namespace: ${ALIYUN_NAME_SPACE}
  profile: auto
defaults:
  platforms: [linux/amd64]
include: [images.txt]
images:
  - nginx:1.27
  - source: ghcr.io/org/app:v1
    platforms: [linux/amd64, linux/arm64]
    target: app:v1
registries:
  docker.io: { concurrency: 4 }
  registry.example.com: { plain-http: false, ca-file: ca.pem, username: "${EX_USER}", password: "${EX_PASSWORD}" }
"#;

#[test]
fn the_schema_takes_what_the_program_takes_and_refuses_what_it_refuses() {
    let validator = jsonschema::validator_for(&schema(SchemaKind::Mirror)).unwrap();
    for (text, good) in [
        (DESIGN, true),
        ("version: 1\nimages:\n", true),
        (
            "version: 1\nimages: [{source: a, platforms: all, referrers: all}]",
            true,
        ),
        (
            "version: 1\nimages: [{source: a, platforms: linux/arm64}]",
            true,
        ),
        (
            "version: 1\ntarget: {registry: a.example.com, profile: {mount: true}}\nimages: [a]",
            true,
        ),
        ("version: 2\nimages: [a]", false),
        ("images: [a]", false),
        ("version: 1\nimages: [{target: a}]", false),
        ("version: 1\nimages: [{source: a, platforms: []}]", false),
        ("version: 1\nimages: [{source: a, referrers: some}]", false),
        ("version: 1\nimages: a", false),
        ("version: 1\ntarget: {profile: auto}\nimages: [a]", false),
        (
            "version: 1\ntarget: {registry: a.example.com, profile: {index-types: []}}\nimages: [a]",
            false,
        ),
        (
            "version: 1\ntarget: {registry: a.example.com, profile: {index-types: [helm]}}\nimages: [a]",
            false,
        ),
        (
            "version: 1\nimages: [a]\nregistries: {a.example.com: {concurrency: 0}}",
            false,
        ),
        (
            "version: 1\nimages: [a]\nregistries: {a.example.com: {requests-per-second: 0}}",
            false,
        ),
        (
            "version: 1\nimages: [a]\nregistries: {a.example.com: {plain-http: 1}}",
            false,
        ),
        (
            "version: 1\nimages: [a]\nregistries: {a: {patience: 1h30m}, b: {patience: 0}, c: {patience: '0'}}",
            true,
        ),
        (
            "version: 1\nimages: [a]\nregistries: {a.example.com: {patience: 5}}",
            false,
        ),
        (
            "version: 1\nimages: [a]\nregistries: {a.example.com: {patience: 1 hour}}",
            false,
        ),
    ] {
        let document: serde_json::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(validator.is_valid(&document), good, "the schema and {text}");
        let variables = [
            "ALIYUN_REGISTRY",
            "ALIYUN_NAME_SPACE",
            "EX_USER",
            "EX_PASSWORD",
        ];
        let environment = variables
            .map(|name| (name.to_owned(), "a".to_owned()))
            .into();
        let read = |_: &str| Ok(String::new());
        let loaded = load(&Input {
            path: "mirror.yaml",
            text,
            environment: &environment,
            read: &read,
            names: &|_| vec![],
        });
        let wrong = loaded
            .diagnostics
            .iter()
            .any(|one| one.severity == Severity::Error);
        assert_eq!(!wrong, good, "{text}: {:?}", loaded.diagnostics);
    }
}

/// The reader and the schema each know the keys; here they are held against each other.
#[test]
fn the_schema_and_the_reader_know_the_same_keys() {
    let schema = schema(SchemaKind::Mirror);
    let keys = |table: &serde_json::Value| -> Vec<String> {
        table["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let known = |text: &str| -> Vec<String> {
        let read = |_: &str| Ok(String::new());
        let environment = Variables::new();
        let loaded = load(&Input {
            path: "mirror.yaml",
            text,
            environment: &environment,
            read: &read,
            names: &|_| vec![],
        });
        let unknown = loaded
            .diagnostics
            .iter()
            .find(|one| one.message.english().contains("`zzzzzzzz`"));
        let help = unknown.unwrap().help.clone().unwrap();
        let list = help.english().strip_prefix("the keys there are: ").unwrap();
        list.split(", ")
            .map(|key| key.trim_matches('`').to_owned())
            .collect()
    };
    for (table, text) in [
        (&schema, "zzzzzzzz: 1"),
        (&schema["$defs"]["Target"], "target: {zzzzzzzz: 1}"),
        (
            &schema["$defs"]["Profile"],
            "target: {profile: {zzzzzzzz: 1}}",
        ),
        (&schema["$defs"]["Defaults"], "defaults: {zzzzzzzz: 1}"),
        (
            &schema["$defs"]["ImageTable"],
            "images: [{source: a, zzzzzzzz: 1}]",
        ),
        (
            &schema["$defs"]["Registry"],
            "registries: {a.example.com: {zzzzzzzz: 1}}",
        ),
    ] {
        let (mut of_schema, mut of_reader) = (keys(table), known(text));
        of_schema.sort();
        of_reader.sort();
        assert_eq!(of_schema, of_reader, "{text}");
    }
}
