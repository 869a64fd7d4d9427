//! Whatever a file holds: no panic, and what comes of an edit declares what was meant.

use proptest::prelude::*;
use pusher::config::{Diagnostic, DiagnosticKind, Severity, Variables};

use super::typed;

/// Files of every layout, to be changed by chance.
const SEEDS: [(&str, &str); 9] = [
    (
        "images.txt",
        "# web\nnginx:1.27\n--platform=linux/arm64 redis\n\n# 结尾\n",
    ),
    (
        "images.dockerfile",
        "FROM nginx:1.27 AS web\n# c\nFROM --platform=linux/arm64 redis\n",
    ),
    (
        "mirror.yaml",
        "version: 1\nimages:\n  - nginx # 网\n  - {source: redis, platforms: [linux/arm64]}\n  - source: a/b\n    tags:\n\
         \x20     - \"1\"\n      - \"2\"\n    select: {glob: \"*\"}\ndefaults: {platforms: all}\n",
    ),
    (
        "mirror.yaml",
        "---\nversion: 1\nimages: [nginx, 'redis', {source: a/b:1}] # c\n...\n",
    ),
    (
        "mirror.yaml",
        "version: 1\nimages:\n- &a nginx\n- *a\n- source: &b redis\n  <<: &c {platforms: all}\n",
    ),
    (
        "mirror.json",
        "{\"version\": 1, \"images\": [\n  \"nginx\",\n  {\"source\": \"redis\"}\n]}\n",
    ),
    ("mirror.yaml", "version: 1\ninclude: []\n# images:\n"),
    (
        "mirror.toml",
        "version = 1\nimages = [\n  \"nginx\", # 网\n  { source = 'redis', platforms = [\"linux/arm64\"] },\n]\n[defaults]\n",
    ),
    (
        "mirror.toml",
        "version = 1\n[[images]]\nsource = \"nginx\"\n[[images.select]]\nglob = \"*\"\n\n[[images]]\nsource = 'redis'\n",
    ),
];

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "",
        "",
        "\n",
        "\r\n",
        " ",
        "  ",
        "\t",
        "#",
        " # ",
        "- ",
        "\n- ",
        "\n  - ",
        ": ",
        ":",
        " = ",
        "=",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        ",",
        ", ",
        "&x ",
        "*x",
        "!!str ",
        "~",
        "null",
        "|",
        ">-\n",
        "? ",
        "---\n",
        "...\n",
        "[[images]]\n",
        "images",
        "source",
        "tags",
        "platforms",
        "nginx",
        "\\",
        "网",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{a0}",
        "\u{3000}",
    ])
}

/// A file in which some places are others.
fn changed() -> impl Strategy<Value = (&'static str, String)> {
    let change = (any::<prop::sample::Index>(), 0..6usize, piece());
    let changes = prop::collection::vec(change, 0..4);
    (prop::sample::select(SEEDS.to_vec()), changes).prop_map(|((path, text), changes)| {
        let mut text: Vec<char> = text.chars().collect();
        for (at, length, piece) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.chars());
        }
        (path, text.into_iter().collect())
    })
}

const WISHES: [&str; 9] = [
    "add quay.io/zz/zzz:9",
    "add quay.io/zz/zzz:9 --platform linux/386 --target zzz:1",
    "remove nginx",
    "remove redis",
    "remove a/b:1",
    "set nginx --platform linux/386,linux/arm64",
    "set nginx --target zzz",
    "set redis --platform all",
    "set redis --platform linux/386 --target zzz",
];

proptest! {
    #[test]
    fn an_edit_is_what_was_meant_or_nothing((path, text) in changed(), wish in prop::sample::select(WISHES.to_vec())) {
        let read = |text: &str| super::super::load_with(path, text, "", &Variables::new());
        let Ok(edited) = typed(wish, path, &text, "") else {
            return Ok(());
        };
        let before = read(&text);
        let [file] = &edited.files[..] else {
            return Ok(());
        };
        prop_assert_eq!(&*file.name, path);
        let after = read(&file.text);
        // A name that the target refuses is as wrong as it was.
        let is_mistake = |told: &Diagnostic| {
            told.severity == Severity::Error && told.kind != DiagnosticKind::NameRefused
        };
        prop_assert!(!after.check().iter().any(is_mistake), "{}", file.text);
        let count = |loaded: &pusher::config::Loaded| loaded.images();
        match wish.split(' ').next() {
            Some("add") => prop_assert_eq!(count(&after), count(&before) + 1),
            Some("remove") => prop_assert!(count(&after) < count(&before)),
            _ => prop_assert_eq!(count(&after), count(&before)),
        }
        if wish.starts_with("add") {
            let back = typed("remove quay.io/zz/zzz:9", path, &file.text, "");
            prop_assert!(back.is_ok(), "{}\n{:?}", file.text, back);
        }
    }
}
