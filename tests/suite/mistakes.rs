//! Mistakes that people make: each fixture has a golden message beside it.
//!
//! `INSTA_UPDATE=always cargo test --test suite mistakes` writes the messages anew; read them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pusher::config::{DiagnosticKind, Input, Loaded, Severity, Variables, load};
use pusher::model::{Language, Text};
use pusher::render::{Style, human};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mistakes")
}

fn environment() -> Variables {
    let variables = [
        ("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com"),
        ("ALIYUN_NAME_SPACE", "my-namespace"),
        ("EMPTY", ""),
    ];
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn loaded(name: &str) -> Loaded {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let read = |path: &str| {
        fs::read_to_string(folder().join(path))
            .map_err(|_| Text::verbatim(format!("there is no file `{path}`")))
    };
    load(&Input {
        path: name,
        text: &text,
        environment: &environment(),
        read: &read,
        names: &|_| vec![],
    })
}

fn fixtures() -> BTreeSet<String> {
    let files = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name());
    let names = files.map(|name| name.into_string().unwrap());
    names.filter(|name| !name.contains(".snap")).collect()
}

fn message(name: &str) -> String {
    let loaded = loaded(name);
    let mut text = String::new();
    human::diagnostics(&loaded.diagnostics, &loaded.files, Style::PLAIN, &mut text).unwrap();
    text + &human::summary(&loaded.diagnostics)
}

#[test]
fn each_mistake_has_its_message() {
    insta::with_settings!({
        snapshot_path => folder(),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::allow_duplicates! {
            for name in fixtures() {
                insta::assert_snapshot!(name.clone(), message(&name));
            }
        }
    });
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Tells whether a blank stands between Chinese and what is not, however a sentence was put together.
fn is_spaced(text: &str) -> bool {
    // What is quoted is as it was written.
    let quoted = text.split('`').enumerate();
    let plain: Vec<_> = quoted
        .map(|(at, part)| if at % 2 == 0 { part } else { "`" })
        .collect();
    let all: Vec<char> = plain.concat().chars().collect();
    let is_other = |c: char| c.is_ascii_alphanumeric() || c == '`';
    all.windows(2)
        .all(|pair| !(is_han(pair[0]) && is_other(pair[1]) || is_other(pair[0]) && is_han(pair[1])))
}

#[test]
fn each_mistake_is_told_in_chinese_as_well() {
    for name in fixtures() {
        for told in loaded(&name).diagnostics {
            let words = [Some(&told.message), told.label.as_ref(), told.help.as_ref()];
            let related = told.related.iter().map(|(_, label)| label);
            for text in words.into_iter().flatten().chain(related) {
                let chinese = Language::Chinese.speak(|| text.to_string());
                assert!(chinese.contains(is_han), "{name}: {chinese}");
                assert!(is_spaced(&chinese), "{name}: {chinese}");
            }
        }
    }
    let some = [
        "Dockerfile.mistakes",
        "full-width-colon.txt",
        "many.txt",
        "platform-misspelt.txt",
        "same-target.yaml",
        "syntax.yaml",
        "unknown-key.yaml",
        "undefined-variable.yaml",
        "wrong-type.yaml",
    ];
    let told = || some.map(message).join("\n\n");
    insta::assert_snapshot!("chinese", Language::Chinese.speak(told));
}

#[test]
fn each_message_has_its_mistake() {
    let known = fixtures();
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if let Some(fixture) = name.strip_suffix(".snap") {
            assert!(known.contains(fixture), "{name} is of no fixture");
        }
    }
}

#[test]
fn what_is_offered_instead_is_right() {
    const DOCKERFILE: &str = "Dockerfile.mistakes";
    let mut offers = 0;
    for name in fixtures()
        .into_iter()
        .filter(|name| Path::new(name).extension() == Some("txt".as_ref()) || name == DOCKERFILE)
    {
        let path = match &*name {
            DOCKERFILE => "images.dockerfile",
            _ => "images.txt",
        };
        let loaded = loaded(&name);
        for diagnostic in &loaded.diagnostics {
            let Some(replacement) = &diagnostic.replacement else {
                continue;
            };
            offers += 1;
            let text = format!("{}\n", replacement.text);
            let nothing = |_: &str| Err(Text::verbatim(""));
            let again = load(&Input {
                path,
                text: &text,
                environment: &environment(),
                read: &nothing,
                names: &|_| vec![],
            });
            let wrong = again
                .diagnostics
                .iter()
                .any(|one| one.severity == Severity::Error && one.kind == DiagnosticKind::Mistake);
            assert!(!wrong, "{name}: {text}{:?}", again.diagnostics);
            assert!(!again.targets[0].entries.is_empty(), "{name}: {text}");
        }
    }
    assert!(offers > 20, "{offers} offers");
}

#[test]
fn no_message_shows_a_password() {
    for name in fixtures() {
        assert!(!message(&name).contains("hunter2"), "{name}");
        assert!(
            !format!("{:?}", loaded(&name)).contains("hunter2"),
            "{name}"
        );
    }
}
