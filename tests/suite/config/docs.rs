//! What the reference says is so.

use std::path::Path;

use pusher::config::Severity;
use pusher::render::schemas::{SchemaKind, schema};

use super::{load_with, loaded};

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let block = |rest: &str| {
        rest.split_once("\n```")
            .map(|(block, _)| format!("{block}\n"))
    };
    page.split(&fence).skip(1).filter_map(block).collect()
}

/// Returns what stands between backticks, with an ellipsis written out as a digest.
fn codes(cell: &str) -> Vec<String> {
    let digest = "a".repeat(64);
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(|code| code.replace('…', &digest))
        .collect()
}

#[test]
fn the_table_of_names_is_what_comes_out() {
    let page = page("images-txt.md");
    let (_, table) = page
        .split_once("| list | target, below the namespace |\n| --- | --- |\n")
        .unwrap();
    let rows: Vec<&str> = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(rows.len(), 7);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let (list, targets) = (codes(cells[0]), codes(cells[1]));
        let loaded = loaded("images.txt", &list.join("\n"));
        let found: Vec<String> = loaded.targets[0]
            .entries
            .iter()
            .map(|one| one.target.to_string())
            .collect();
        assert_eq!(found, targets[..list.len()], "{row}");
    }
}

#[test]
fn the_examples_are_without_mistakes() {
    let (list, mirror) = (page("images-txt.md"), page("mirror-file.md"));
    let mut files = Vec::new();
    files.extend(
        blocks(&list, "text")
            .into_iter()
            .map(|text| ("list.txt", text)),
    );
    files.extend(
        blocks(&mirror, "yaml")
            .into_iter()
            .map(|text| ("mirror.yaml", text)),
    );
    files.extend(
        blocks(&mirror, "toml")
            .into_iter()
            .map(|text| ("mirror.toml", text)),
    );
    assert_eq!(files.len(), 5);
    for (path, text) in files {
        let loaded = load_with(path, &text, "redis:7\n", &super::environment());
        let wrong = loaded
            .diagnostics
            .iter()
            .find(|one| one.severity > Severity::Note);
        assert_eq!(wrong, None, "{text}");
        assert_eq!(loaded.targets[0].entries.len(), 3, "{text}");
    }
}

#[test]
fn every_key_is_in_the_reference() {
    fn keys(schema: &serde_json::Value, found: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(object) => {
                if let Some(properties) = object.get("properties").and_then(|one| one.as_object()) {
                    found.extend(properties.keys().cloned());
                }
                object.values().for_each(|value| keys(value, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }
    let page = page("mirror-file.md");
    let mut found = Vec::new();
    keys(&schema(SchemaKind::Mirror), &mut found);
    assert!(found.len() > 30);
    for key in found {
        assert!(
            page.contains(&format!("`{key}`")),
            "`{key}` is not in docs/mirror-file.md"
        );
    }
}
