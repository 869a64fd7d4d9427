//! Text that came from elsewhere, in Markdown that GitHub renders.
//!
//! Such a text must not become a heading, a link, a picture, a mention that sends mail to someone or
//! a reference that shows up in another project. GitHub looks for none of these inside code, so
//! everything that is not an ordinary word stands in a code span.

use std::fmt::Write as _;

use crate::model::Digest;
use crate::render::sanitize::excerpt;

/// Returns two digests as code, as short as they can be told apart.
pub(super) fn digests(one: &Digest, other: &Digest) -> [String; 2] {
    Digest::short_pair(one, other).map(|digest| code(&digest))
}

/// Returns `text` as code.
pub(in crate::render) fn code(text: &str) -> String {
    let text = excerpt(text);
    if text.is_empty() {
        return String::new();
    }
    if !text.contains(['`', '|', '\\']) {
        return format!("`{text}`");
    }
    // A backtick would end the span and a pipe the table's cell; whether a backslash escapes them
    // depends on where the span stands. HTML with every sign by its number is read in one way only.
    numbered(&text)
}

/// Returns `text` as code where HTML stands and Markdown is not read, as in a summary.
pub(in crate::render) fn html_code(text: &str) -> String {
    numbered(&excerpt(text))
}

fn numbered(text: &str) -> String {
    let mut escaped = String::from("<code>");
    for character in text.chars() {
        if character.is_ascii() && !character.is_ascii_alphanumeric() && character != ' ' {
            // Writing into a `String` cannot fail.
            let _ = write!(escaped, "&#{};", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped.push_str("</code>");
    escaped
}

/// Returns a sentence: its words as they are, and what stands between backticks, or is no ordinary
/// word, as code.
pub(in crate::render) fn prose(text: &str) -> String {
    let text = excerpt(text);
    let mut sentence = String::new();
    for (position, part) in text.split('`').enumerate() {
        let part = if position % 2 == 1 {
            code(part)
        } else {
            part.split(' ').map(word).collect::<Vec<_>>().join(" ")
        };
        // Two spans without a blank between them would be read as one.
        if sentence.ends_with('`') && part.starts_with('`') {
            sentence.push(' ');
        }
        sentence.push_str(&part);
    }
    sentence
}

/// Returns a word as it is if it is an ordinary one, else as code. Chinese has no blanks: what stands between its
/// letters and signs is a word.
fn word(word: &str) -> String {
    let mut text = String::new();
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(is_chinese).unwrap_or(rest.len());
        let (other, chinese) = rest.split_at(end);
        let end = chinese.find(|c| !is_chinese(c)).unwrap_or(chinese.len());
        let (chinese, left) = chinese.split_at(end);
        text.push_str(&latin(other));
        text.push_str(chinese);
        rest = left;
    }
    text
}

/// Tells whether a character is a letter or a sign of Chinese, which mean nothing in Markdown.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}')
        || "，。、；：！？（）“”‘’《》…".contains(character)
}

/// Returns a word as it is if it is an ordinary one, else as code, but for the punctuation that
/// belongs to the sentence.
fn latin(word: &str) -> String {
    if is_ordinary(word) {
        return word.to_owned();
    }
    let bare = word.trim_end_matches(['.', ',', ':', ';', ')']);
    let (bare, rest) = word.split_at(bare.len());
    format!("{}{rest}", code(bare))
}

/// Tells whether a word has no meaning in Markdown, HTML or to GitHub.
fn is_ordinary(word: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || ".,;:?'\"()/%=-+→…".contains(c);
    let lower = word.to_ascii_lowercase();
    word.chars().all(harmless)
        && !["://", "www.", "gh-"].iter().any(|special| lower.contains(special))
        // GitHub links anything that could be the name of a commit.
        && !(lower.len() >= 7 && lower.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code_whatever_they_hold() {
        for (text, markdown) in [
            ("nginx:1.27", "`nginx:1.27`"),
            ("<img src=x>@you#1*a*", "`<img src=x>@you#1*a*`"),
            ("a`@you", "<code>a&#96;&#64;you</code>"),
            ("a|b", "<code>a&#124;b</code>"),
            ("a\n# b", "`a # b`"),
            ("", ""),
        ] {
            assert_eq!(code(text), markdown);
        }
    }

    #[test]
    fn sentences_keep_their_words_and_nothing_else() {
        for (text, markdown) in [
            (
                "the source has no such image",
                "the source has no such image",
            ),
            ("config `a/b+json`: only", "config `a/b+json`: only"),
            ("mail @admin, see #12.", "mail `@admin`, see `#12`."),
            (
                "see https://evil.example/a.",
                "see `https://evil.example/a`.",
            ),
            ("[x](y) <b> **z** a_b_c", "`[x](y`) `<b>` `**z**` `a_b_c`"),
            ("fixes GH-12 in deadbeef", "fixes `GH-12` in `deadbeef`"),
            ("odd ` @you <b>", "odd `@you <b>`"),
            ("@you`a`@me", "`@you` `a` `@me`"),
            ("a|b", "<code>a&#124;b</code>"),
            (
                "读不了源：a_b，见 `c d`（401）。",
                "读不了源：`a_b`，见 `c d`（401）。",
            ),
            ("问@you，再看#12", "问`@you`，再看`#12`"),
        ] {
            assert_eq!(prose(text), markdown, "{text}");
        }
    }
}
