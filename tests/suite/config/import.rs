//! An imported image list declares the very same.

use std::collections::HashSet;

use proptest::prelude::*;
use pusher::config::Severity;
use pusher::config::import::{Imported, Imports, import};
use pusher::plan::{DeclaredAt, Entry};

use super::{loaded, names::line};

fn imported(path: &str, text: &str) -> Imported {
    import(&[Imports { path, text }])
}

fn entries(path: &str, text: &str) -> Vec<Entry> {
    let loaded = loaded(path, text);
    let nowhere = DeclaredAt {
        file: "".into(),
        line: 0,
    };
    let wrong = |one: &&pusher::config::Diagnostic| {
        one.severity == Severity::Error && one.code != "name-refused"
    };
    assert_eq!(loaded.diagnostics.iter().find(wrong), None, "{text}");
    let without_origin = |entry| Entry {
        origin: nowhere.clone(),
        ..entry
    };
    let entries = loaded.targets.into_iter().flat_map(|one| one.entries);
    entries.map(without_origin).collect()
}

proptest! {
    #[test]
    fn declares_the_same(lines in prop::collection::vec(line(), 1..12)) {
        let list = lines.join("\n# a comment\n\n");
        let imported = imported("images.txt", &list);
        let text = imported.text.unwrap();
        let has = |code| imported.diagnostics.iter().filter(move |one| one.code == code);
        let collided = has("same-target").count();
        let impossible: Vec<_> = has("name-refused").collect();
        let after = entries("mirror.yaml", &text);
        if collided == 0 && impossible.is_empty() {
            prop_assert_eq!(entries("images.txt", &list), after);
        } else {
            // Those that had the name of another, or one that cannot be, have one of their own.
            let before = loaded("images.txt", &list).targets.remove(0).entries;
            // Where five or more have one name, that is told once.
            prop_assert!(before.len() + collided <= after.len());
            let names: HashSet<_> = after.iter().map(|one| &one.target).collect();
            prop_assert_eq!(names.len(), after.len());
            let possible = |one: &Entry| one.target.repository.chars().all(|c| c != ':');
            prop_assert_eq!(after.iter().find(|one| !possible(one)), None);
            for entry in before.into_iter().filter(possible) {
                prop_assert!(after.iter().any(|other| other.target == entry.target
                    && other.source == entry.source
                    && other.platforms == entry.platforms));
            }
        }
        prop_assert_eq!(text.matches("# a comment").count(), lines.len() - 1);
    }
}

#[test]
fn a_list_with_mistakes_is_not_imported() {
    let imported = imported("images.txt", "nginx\nNginx\n");
    assert_eq!(imported.text, None);
    assert_eq!(imported.diagnostics[0].code, "upper-case");
}

#[test]
fn a_dockerfile_declares_the_same() {
    let list = "# web\nFROM nginx:1.27 AS nginx\nFROM --platform=linux/arm64 redis:7.4\n\
                FROM --platform=linux/arm64 ghcr.io/org/app:v1 AS app\nFROM xhofe/alist\n\
                FROM xiaoyaliu/alist AS alist:mine\nFROM other/nginx:1\n";
    let text = imported("images.dockerfile", list).text.unwrap();
    let declared = entries("images.dockerfile", list);
    assert_eq!(declared.len(), 6);
    assert_eq!(declared, entries("mirror.yaml", &text), "{text}");
    assert!(text.contains("  # web\n  - nginx:1.27\n"), "{text}");
}

#[test]
fn odd_lists_declare_the_same() {
    let digest = "0".repeat(64);
    for list in [
        "",
        "\u{feff}nginx:1.27\r\n\r\n  # a comment \u{7}\r\n--platform=linux/aarch64 redis",
        "nginx:1.25\ndocker.io/library/nginx:1.26\ngcr.io/a/b/c/x:1\n127.0.0.1:5000/a:1\n",
        "no\n7\n1.5\n12:30\nnull\n",
        &format!("bitnami/redis@sha256:{digest}\nother/redis\nredis:7@sha256:{digest}\n"),
    ] {
        let text = imported("images.txt", list).text.unwrap();
        assert_eq!(
            entries("images.txt", list),
            entries("mirror.yaml", &text),
            "{text}"
        );
    }
}
