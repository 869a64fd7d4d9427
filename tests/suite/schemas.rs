//! `schemas/` holds what `pusher schema` prints, and the repository's own files keep to it.

use std::path::Path;

use pusher::config::{Input, load};
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

#[test]
fn the_repositorys_own_files_are_without_mistakes_and_fit_the_schema() {
    let own = [
        (
            "ALIYUN_REGISTRY".to_owned(),
            "registry.cn-hangzhou.aliyuncs.com".to_owned(),
        ),
        ("ALIYUN_NAME_SPACE".to_owned(), "team".to_owned()),
    ];
    let environment = own.into_iter().collect();
    let loaded = load(&Input {
        path: "mirror.yaml",
        text: &file("mirror.yaml"),
        environment: &environment,
        read: &|name| Ok(file(name)),
    });
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.desired().unwrap().entries.len(), 4);

    let document: serde_json::Value = serde_yaml::from_str(&file("mirror.yaml")).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Mirror)).unwrap();
    validator.validate(&document).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "version": 1, "imagse": [] })));
}
