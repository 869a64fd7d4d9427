//! Where a line may end: at a blank, and in Chinese, which has none, between most letters.

use std::iter;

use unicode_width::UnicodeWidthChar as _;

use crate::model::Language;

/// A part of a text that is never broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Whether a blank stands before it, unless it begins a line.
    pub(super) has_blank: bool,
}

/// Splits a text into what is never broken: its words, and what stands between backticks, so that names and
/// commands can be copied whole; all of it that has no blank where it is a name. `before` is what stands before it.
pub(super) fn pieces<'a>(
    text: &'a str,
    before: &str,
    is_name: bool,
) -> impl Iterator<Item = Piece<'a>> {
    let mut has_blank = is_blank_between(before, text);
    words(text).flat_map(move |word| {
        let mut has_blank = std::mem::replace(&mut has_blank, true);
        parts(word, is_name).map(move |text| Piece {
            text,
            has_blank: std::mem::take(&mut has_blank),
        })
    })
}

/// Tells whether a blank keeps two texts apart; Chinese letters and signs stand beside each other.
pub(super) fn is_blank_between(before: &str, after: &str) -> bool {
    let (Some(before), Some(after)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    let is_sign = |c: char| OPENING.contains(c) || CLOSING.contains(c);
    !is_chinese() || !(is_sign(before) || is_sign(after) || is_wide(before) && is_wide(after))
}

/// The signs of Chinese that end no line.
const OPENING: &str = "（“‘《〈【「『";
/// The signs of Chinese that begin no line.
const CLOSING: &str = "，。、；：！？）”’》〉】」』…";

fn is_chinese() -> bool {
    Language::spoken() == Language::Chinese
}

fn is_wide(character: char) -> bool {
    character.width() == Some(2)
}

/// Splits a text at its blanks, except between backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut in_code = false;
    let at_blank = move |character: char| {
        in_code ^= character == '`' && paired;
        character == ' ' && !in_code
    };
    text.split(at_blank).filter(|word| !word.is_empty())
}

/// Splits a word of Chinese between its letters, except between backticks; other words and names stay whole.
fn parts(word: &str, is_name: bool) -> impl Iterator<Item = &str> {
    let mut rest = Some(word);
    iter::from_fn(move || {
        let text = rest.take()?;
        let end = (!is_name && is_chinese())
            .then(|| first_break(text))
            .flatten();
        let (part, left) = text.split_at(end.unwrap_or(text.len()));
        rest = Some(left).filter(|left| !left.is_empty());
        Some(part)
    })
}

/// Returns where a word of Chinese can first be broken.
fn first_break(word: &str) -> Option<usize> {
    let mut in_code = false;
    let mut before: Option<char> = None;
    for (at, character) in word.char_indices() {
        let may_break = |before: char| {
            (is_wide(before) || is_wide(character))
                && !OPENING.contains(before)
                && !CLOSING.contains(character)
                && !(character.is_ascii_punctuation() && character != '`')
        };
        if !in_code && before.is_some_and(may_break) {
            return Some(at);
        }
        in_code ^= character == '`';
        before = Some(character);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, is_name: bool) -> String {
        let pieces: Vec<_> = Language::Chinese.speak(|| {
            let pieces = pieces(text, "", is_name);
            pieces.map(|piece| piece.text).collect()
        });
        pieces.join("|")
    }

    #[test]
    fn chinese_breaks_between_letters_and_never_in_a_name() {
        for (text, parts) in [
            ("读不了源", "读|不|了|源"),
            ("没有（401），再试。", "没|有|（401），|再|试。"),
            ("用 `docker login a` 登录：", "用|`docker login a`|登|录："),
            ("在`a 的 b`里", "在|`a 的 b`|里"),
            ("它的“自动创建”开没开", "它|的|“自|动|创|建”|开|没|开"),
            ("https://a.example/b", "https://a.example/b"),
        ] {
            assert_eq!(broken(text, false), parts);
        }
        assert_eq!(broken("(镜像.txt:3)", true), "(镜像.txt:3)");
        let english: Vec<_> = pieces("see 访问凭证 there", "", false).collect();
        assert_eq!(english.len(), 3, "{english:?}");
    }

    #[test]
    fn chinese_has_a_blank_beside_latin_letters_alone() {
        let blank = |before, after| {
            let chinese = Language::Chinese.speak(|| is_blank_between(before, after));
            (is_blank_between(before, after), chinese)
        };
        assert_eq!(blank("来自", "nginx"), (true, true));
        assert_eq!(blank("的", "所有平台"), (true, false));
        assert_eq!(blank("提示：", "nginx"), (true, false));
        assert_eq!(blank("", "nginx"), (false, false));
    }
}
