//! What people read stands in the source in English and in Chinese.

mod source;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::readme::languages::{avoided, found};
use source::{Literals, Pair};

/// Words that are no sentences to whoever uses the program: where they are, how they begin, what they are.
const FOR_NOBODY: &[(&str, &str, &str)] = &[
    ("src/sandbox", "", "what a registry would answer"),
    ("src/cli", "pusher ", "what is typed"),
    ("src/cli/args", "source <(pusher", "what is typed"),
    (
        "src/cli/args/options.rs",
        "not a",
        "never met: clap asks for one of the names",
    ),
    ("src/cli/commands/demo/stage.rs", "", "files, images"),
    (
        "src/cli/commands/man.rs",
        "",
        "headings of the manual page, which is English",
    ),
    (
        "src/cli/starter.rs",
        "version: 1",
        "a file, which is the same whoever writes it",
    ),
    ("src/cache/mod.rs", "it is not a file", "for the log"),
    (
        "src/config/import/draft.rs",
        "",
        "a file, which is the same whoever writes it",
    ),
    ("src/config/mistakes/forms.rs", "", "what other tools write"),
    ("src/config/not_yaml.rs", "", "what a library says"),
    (
        "src/disk/place.rs",
        "it is a link",
        "never met: the system says so before",
    ),
    (
        "src/model/manifest/mod.rs",
        "a media type",
        "what a library says, and where",
    ),
    (
        "src/registry/access/helper.rs",
        "not found",
        "what programs that keep logins say",
    ),
    (
        "src/registry/exchange/error_body.rs",
        "",
        "what registries say",
    ),
    (
        "src/registry/fuzzing.rs",
        "",
        "what a registry would answer",
    ),
    (
        "src/lock/write.rs",
        "#",
        "a file, which is the same whoever writes it",
    ),
    (
        "src/plan/rewrite.rs",
        "an object",
        "what a library says, and where",
    ),
    (
        "src/plan/rule.rs",
        "",
        "a file, which is the same whoever writes it",
    ),
    ("src/render", "docker pull", "what is typed"),
];

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

/// Returns the words of a text; what is quoted as code, and what is put into it, are none.
fn words(text: &str) -> Vec<String> {
    let text = without(&without(text, '`', '`'), '{', '}');
    let words = text.split_whitespace();
    let words = words.map(|word| word.trim_matches(|c: char| ".,:;?!()".contains(c)));
    let is_word =
        |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'');
    words.filter(is_word).map(str::to_owned).collect()
}

/// Leaves out what stands between two characters.
fn without(text: &str, begin: char, end: char) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, inside)) = rest.split_once(begin) {
        kept.push_str(before);
        kept.push(' ');
        rest = inside.split_once(end).map_or("", |(_, behind)| behind);
    }
    kept + rest
}

/// Returns the names of what is put into a text, sorted.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names = vec![];
    let mut rest = text;
    while let Some((_, inside)) = rest.split_once('{') {
        if let Some(escaped) = inside.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let (name, behind) = inside.split_once('}').unwrap_or((inside, ""));
        names.push(name);
        rest = behind;
    }
    names.sort_unstable();
    names
}

fn is_chinese(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}')
}

/// What is put into English alone.
const PLURAL: &str = "plural";

/// Says what is wrong with a pair, if something is.
fn fault(pair: &Pair) -> Option<&'static str> {
    let Pair {
        english, chinese, ..
    } = pair;
    // A word that joins two values, such as `of`, may be a sign in Chinese.
    let is_sign = !placeholders(english).is_empty() && words(english).len() < 2;
    if !words(english).is_empty() && !is_sign && !chinese.contains(is_chinese) {
        return Some("there is no Chinese in it");
    }
    let mut english_values = placeholders(english);
    english_values.retain(|name| *name != PLURAL);
    if english_values != placeholders(chinese) {
        return Some("other values are put into it");
    }
    if chinese.trim_end().ends_with('。') != english.trim_end().ends_with('.') {
        return Some("one ends in a full stop, the other does not");
    }
    // A line ends so in GitHub's commands.
    let all: Vec<char> = chinese.replace("%0A", "\n").chars().collect();
    let touch = |pair: &[char], is: fn(char) -> bool| {
        is_chinese(pair[0]) && is(pair[1]) || is(pair[0]) && is_chinese(pair[1])
    };
    if all
        .windows(2)
        .any(|pair| touch(pair, |c| c.is_ascii_alphanumeric() || c == '`'))
    {
        return Some("a blank is missing between Chinese and what is not");
    }
    if all
        .windows(2)
        .any(|pair| touch(pair, |c| ",;?!()".contains(c)))
    {
        return Some("its punctuation is that of English");
    }
    None
}

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

#[test]
fn faults_of_a_pair_are_seen() {
    let seen = |english: &str, chinese: &str| {
        fault(&Pair {
            line: 1,
            english: english.to_owned(),
            chinese: chinese.to_owned(),
        })
    };
    assert_eq!(
        seen("cannot read `{file}`: {why}", "无法读取 `{file}`：{why}"),
        None
    );
    assert_eq!(seen(": ", "："), None);
    for (english, chinese, fault) in [
        ("a word", "a word", "no Chinese"),
        ("{a} of {b}", "{a} 的 {c}", "other values"),
        ("{} and {}", "{} 等", "other values"),
        ("It is so.", "是这样", "full stop"),
        ("the tag", "tag标签", "blank"),
        ("see `plan`", "见`plan`", "blank"),
        ("this, that", "这个,那个", "punctuation"),
    ] {
        let seen = seen(english, chinese).unwrap_or_default();
        assert!(seen.contains(fault), "{chinese}: {seen}");
    }
}
