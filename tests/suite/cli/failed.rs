//! What a program reads of a command that stopped.

use pusher::render::schemas::{SchemaKind, schema};
use serde_json::Value;

use super::harness::{Place, Ran, pair};

fn document(ran: &Ran) -> Value {
    let document = serde_json::from_str(&ran.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Error)).unwrap();
    validator.validate(&document).unwrap();
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_json_for_a_program_and_words_for_people() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target);
    for (typed, message, has_hint) in [
        ("plan --format json", "none of `mirror.yaml`, ", true),
        (
            "-C nowhere plan --format json --lang zh",
            "cannot work in `nowhere`: there is no such folder",
            false,
        ),
        (
            "--format json apply none.json",
            "cannot read `none.json`: there is no such file",
            false,
        ),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{typed}: {ran:?}");
        let error = &document(&ran)["error"];
        let told = error["message"].as_str().unwrap();
        assert!(told.starts_with(message), "{typed}: {told}");
        assert_eq!(error["hint"].is_string(), has_hint, "{typed}");
        let is_told = ["error: ", "错误："]
            .iter()
            .any(|word| ran.stderr.starts_with(word));
        assert!(is_told, "{ran:?}");
    }
}

#[test]
fn what_is_typed_wrong_is_json_for_a_program_too() {
    let place = Place::empty();
    for (typed, message, has_hint) in [
        (
            "plan --format json --bogus",
            "unexpected argument `--bogus` found",
            false,
        ),
        ("--format=json plam", "unrecognized subcommand `plam`", true),
        (
            "--format human lsit --format json --lang zh",
            "unrecognized subcommand `lsit`",
            true,
        ),
        (
            "demo --format json",
            "unexpected argument `--format` found",
            true,
        ),
        (
            "--format json demo",
            "`--format` does nothing for `pusher demo`",
            false,
        ),
        (
            "plan -q -v --format json",
            "the argument `--quiet` cannot be used with `--verbose...`",
            false,
        ),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{typed}: {ran:?}");
        let error = &document(&ran)["error"];
        assert_eq!(error["message"], message, "{typed}");
        assert_eq!(error["hint"].is_string(), has_hint, "{typed}: {error}");
        let for_people = ["\nUsage: pusher ", "\n用法：pusher "];
        let is_told = for_people.iter().any(|usage| ran.stderr.contains(usage));
        assert!(is_told, "{typed}: {ran:?}");
    }
    for typed in [
        "plan --bogus --format",
        "plan --format markdown --bogus",
        "plan --bogus --formats json",
        "plan --bogus -- --format json",
        "plan --format json --format human --bogus",
    ] {
        assert_eq!(place.run(typed).stdout, "", "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_files_is_in_the_error() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", "nginx:1:2\nredis redis\n");
    for typed in [
        "plan --format json",
        "list --format json --lang zh",
        "drift --format json",
    ] {
        let ran = place.run(typed);
        let document = document(&ran);
        let error = &document["error"];
        assert_eq!(error["message"], "2 errors: nothing was done", "{typed}");
        let lines: Vec<_> = error["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["place"]["line"])
            .collect();
        assert_eq!(lines, [1, 2], "{typed}");
        assert_eq!(
            place
                .run("check --format json")
                .stdout
                .matches("\"code\"")
                .count(),
            2
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_given_stays_the_only_one() {
    let (source, target) = pair().await;
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/a/b:1\n");
    place.write("folder/x", "");
    let ran = place.run("plan --format json --report folder");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(!ran.stderr.is_empty());
    // One document, whichever it is.
    let _: Value = serde_json::from_str(&ran.stdout).unwrap();
}
