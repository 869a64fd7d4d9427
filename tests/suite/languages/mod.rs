//! What people read stands in the source in English and in Chinese.

mod excused;
mod pair;
mod source;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::readme::languages::{avoided, found};
use excused::FOR_NOBODY;
use pair::{fault, without, words};
use source::Literals;

/// Returns the sources of the program, but its tests, below the folder of the repository.
fn sources() -> Vec<PathBuf> {
    let mut folders = vec![root().join("src")];
    let mut files = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("tests") || path.ends_with("tests.rs") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What stands in each source.
static ALL: LazyLock<Vec<(PathBuf, Literals)>> = LazyLock::new(|| {
    let read = |file: PathBuf| {
        let source = std::fs::read_to_string(root().join(&file)).unwrap();
        (file, Literals::of(&source))
    };
    sources().into_iter().map(read).collect()
});

#[test]
fn every_sentence_is_there_in_both_languages() {
    let mut alone = vec![];
    let mut excused = vec![0; FOR_NOBODY.len()];
    for (file, literals) in &*ALL {
        for (line, text) in &literals.alone {
            if words(text).len() < 2 {
                continue;
            }
            let is_excused = |(place, begin, _): &(&str, &str, &str)| {
                file.starts_with(place) && text.starts_with(begin)
            };
            if let Some(at) = FOR_NOBODY.iter().position(is_excused) {
                excused[at] += 1;
            } else {
                alone.push(format!("{}:{line}: {text}", file.display()));
            }
        }
    }
    assert!(alone.is_empty(), "in English alone:\n{}", alone.join("\n"));
    let stale = FOR_NOBODY
        .iter()
        .zip(excused)
        .filter(|(_, count)| *count == 0);
    let stale: Vec<_> = stale.map(|(excuse, _)| excuse).collect();
    assert!(stale.is_empty(), "excused and not there: {stale:?}");
}

#[test]
fn what_stands_in_both_languages_says_the_same() {
    let mut wrong = vec![];
    for (file, literals) in &*ALL {
        for pair in &literals.pairs {
            if let Some(fault) = fault(pair) {
                wrong.push(format!(
                    "{}:{}: {fault}: {}",
                    file.display(),
                    pair.line,
                    pair.chinese
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a console calls so, though the glossary does not.
const WORDS_OF_CONSOLES: [(&str, &str); 1] = [("src/render/failure/sign_in.rs", "指纹")];

#[test]
fn what_the_glossary_does_not_write_is_not_said() {
    let avoided = avoided();
    let mut said = vec![];
    for (file, literals) in &*ALL {
        for pair in &literals.pairs {
            for word in found(&avoided, &without(&pair.chinese, '`', '`')) {
                if !WORDS_OF_CONSOLES.contains(&(file.to_str().unwrap(), word)) {
                    said.push(format!("{}:{}: {word}", file.display(), pair.line));
                }
            }
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn literals_are_found_where_people_would_read_them() {
    let Literals { pairs, alone } = Literals::of(
        r#"
        //! Not this one.
        #[doc = "nor this"]
        const TABLE: &str = "in a table";
        fn say() {
            text!("{name} is \
                   there", "{name} 在", name = tr!("the one", "那个"));
            write_tr!(f, "two words", "两个词", format!("three of them"));
            debug!("for the log"); value.expect("it is there"); panic!("not at all");
            format!("one {}", "word");
        }
        #[cfg(test)]
        mod tests { const NONE: &str = "not this either"; }
        "#,
    );
    let pairs: Vec<_> = pairs
        .iter()
        .map(|pair| (pair.english.as_str(), pair.chinese.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("{name} is there", "{name} 在"),
            ("the one", "那个"),
            ("two words", "两个词")
        ]
    );
    let alone: Vec<_> = alone
        .iter()
        .map(|(_, text)| text.as_str())
        .filter(|text| words(text).len() > 1)
        .collect();
    assert_eq!(alone, ["in a table", "three of them"]);
}
