//! JSON fits its schema, and the schema is strict enough to notice when it does not.

use pusher::render::{Format, View, json};
use serde_json::Value;

use super::fixtures::{every_change, every_outcome, plan_of};
use super::{drift, plan, report};

fn documents() -> [(Value, Value); 8] {
    let view = View::default();
    let read = |text: String| serde_json::from_str(&text).unwrap();
    [
        (
            json::plan_schema(),
            read(plan(&every_change(), Format::Json, &view)),
        ),
        (
            json::plan_schema(),
            read(plan(&plan_of(vec![]), Format::Json, &view)),
        ),
        (
            json::report_schema(),
            read(report(&every_outcome(), Format::Json, &view)),
        ),
        (
            json::diff_schema(),
            read(super::diff::compared(Format::Json)),
        ),
        (
            json::plan_schema(),
            read(super::diff::planned(Format::Json)),
        ),
        (
            json::drift_schema(),
            read(drift(&every_change(), Format::Json, &view)),
        ),
        (
            json::renewed_schema(),
            read(super::lock::renewed(Format::Json)),
        ),
        (json::fit_schema(), read(super::lock::unfit(Format::Json))),
    ]
}

#[test]
fn documents_fit_their_schemas() {
    for (schema, document) in documents() {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&document)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, [""; 0], "{document:#}");
    }
}

#[test]
fn schemas_notice_what_does_not_fit() {
    for (schema, document) in documents() {
        let validator = jsonschema::validator_for(&schema).unwrap();
        for key in document.as_object().unwrap().keys() {
            let mut without = document.clone();
            without.as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&without), "`{key}` may be missing");
        }
        let mut later = document.clone();
        later["format_version"] = "2.0".into();
        assert!(!validator.is_valid(&later));
    }
    let (schema, document) = &documents()[0];
    let validator = jsonschema::validator_for(schema).unwrap();
    for (field, wrong) in [
        ("action", "explode"),
        ("platforms", "some"),
        ("before", "none"),
    ] {
        let mut changed = document.clone();
        changed["changes"][0][field] = wrong.into();
        assert!(!validator.is_valid(&changed), "{field}: {wrong}");
    }
}

#[test]
fn enumerations_in_json_have_the_names_of_the_other_formats() {
    let view = View::default();
    let document: Value =
        serde_json::from_str(&drift(&every_change(), Format::Json, &view)).unwrap();
    let human = drift(&every_change(), Format::Human, &view);
    let found = document["differences"].as_array().unwrap();
    assert_eq!(found.len(), 12);
    for difference in found {
        let kind = difference["kind"].as_str().unwrap();
        assert!(human.contains(kind), "{kind}");
    }
}
