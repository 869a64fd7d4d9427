//! Makes text that came from a registry or a file harmless for whoever reads it.
//!
//! A tag, a media type or an error body can hold anything: sequences that move a terminal's
//! cursor, letters that turn the reading direction round, megabytes. Each such character is shown
//! by its number instead, so that it is still seen.

/// Longer texts are cut: nobody reads more, and a hostile one must not flood a screen.
const LONGEST: usize = 1000;

/// Returns `text` on one line, with what could deceive or control a terminal written out.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len().min(LONGEST));
    for (position, character) in text.trim().chars().enumerate() {
        if position == LONGEST {
            cleaned.push('…');
            break;
        }
        match character {
            '\n' | '\r' | '\t' => {
                if !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            hidden if is_hidden(hidden) => cleaned.extend(hidden.escape_unicode()),
            seen => cleaned.push(seen),
        }
    }
    cleaned
}

/// Tells whether a character does something else than being seen.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            // Zero width, direction marks, line and paragraph separators, direction overrides.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Annotation marks and tags.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_would_not_be_seen() {
        for (hostile, shown) in [
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\u{7}b\u{8}c\0\u{7f}", "a\\u{7}b\\u{8}c\\u{0}\\u{7f}"),
            ("safe\u{202e}exe.gpj", "safe\\u{202e}exe.gpj"),
            ("ng\u{200b}inx", "ng\\u{200b}inx"),
            ("two\r\nlines\tand more\n", "two lines and more"),
        ] {
            assert_eq!(clean(hostile), shown);
        }
    }

    #[test]
    fn leaves_what_people_write() {
        for text in ["docker.io/library/nginx:1.27", "镜像.txt:3", "a `b` | c"] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn cuts_what_nobody_reads() {
        assert_eq!(clean(&"x".repeat(LONGEST)).len(), LONGEST);
        let cut = clean(&"x".repeat(4 << 20));
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with('…'));
    }
}
