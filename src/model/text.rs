//! What is shown of texts that others wrote.

use std::borrow::Cow;

/// Tells whether a character does something else than being seen: it moves a cursor, turns the reading
/// direction round, or takes no place at all.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            // Zero width, direction marks, line and paragraph separators, direction overrides.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Annotation marks and tags.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns at most so many characters of a text, with a `…` where that is not all of it.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("镜像一二", 4), "镜像一二");
        assert_eq!(cut("镜像一二", 3), "镜像一…");
        assert_eq!(cut("a", 0), "…");
    }
}
