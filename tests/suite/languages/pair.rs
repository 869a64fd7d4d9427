//! What is wrong with a sentence and its Chinese.

use super::source::Pair;

/// Returns the words of a text; what is quoted as code, and what is put into it, are none.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = without(&without(text, '`', '`'), '{', '}');
    let words = text.split_whitespace();
    let words = words.map(|word| word.trim_matches(|c: char| ".,:;?!()".contains(c)));
    let is_word =
        |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'');
    words.filter(is_word).map(str::to_owned).collect()
}

/// Leaves out what stands between two characters.
pub(super) fn without(text: &str, begin: char, end: char) -> String {
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
pub(super) fn fault(pair: &Pair) -> Option<&'static str> {
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
