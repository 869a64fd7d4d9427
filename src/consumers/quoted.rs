//! How names are quoted in files.

use std::fmt::Write as _;

/// Quotes a text for YAML and for TOML: what JSON writes is the same in both, between double quotes.
pub(super) fn quoted(text: impl AsRef<str>) -> String {
    let json = serde_json::Value::from(text.as_ref()).to_string();
    // TOML wants this one as an escape, and YAML some of the others.
    let is_plain = |c: char| c != '\u{7f}' && (c.is_ascii() || c.is_alphanumeric());
    let mut quoted = String::with_capacity(json.len());
    for c in json.chars() {
        if is_plain(c) {
            quoted.push(c);
        } else if u32::from(c) <= 0xffff {
            let _ = write!(quoted, "\\u{:04x}", u32::from(c));
        } else {
            let _ = write!(quoted, "\\U{:08x}", u32::from(c));
        }
    }
    quoted
}

/// Quotes a text for a shell.
pub(super) fn for_shell(text: impl AsRef<str>) -> String {
    format!("'{}'", text.as_ref().replace('\'', r"'\''"))
}

/// Writes a text as a regular expression that matches it alone.
pub(super) fn exactly(text: &str) -> String {
    let mut pattern = String::from("^");
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        for text in [
            "nginx:1.27",
            "a\"b\\c\n\t#: {x}",
            "\u{7f}\u{85}\u{2028}\u{feff}\u{202e}中文é😀",
            "yes",
            "1.10",
            "'",
            "$(reboot)`x`",
        ] {
            let written = quoted(text);
            assert!(!written.contains('\n'), "{written}");
            let yaml: String = serde_yaml::from_str(&written).unwrap();
            let toml: toml::Table = toml::from_str(&format!("key = {written}")).unwrap();
            assert_eq!((&*yaml, toml["key"].as_str()), (text, Some(text)));
        }
    }

    #[test]
    fn a_shell_is_given_a_name_as_it_is() {
        assert_eq!(for_shell("a b"), "'a b'");
        assert_eq!(for_shell("a'$(b)"), r"'a'\''$(b)'");
    }

    #[test]
    fn a_pattern_matches_one_name_alone() {
        assert_eq!(exactly("library/nginx"), "^library/nginx$");
        assert_eq!(exactly("a.b-c_d/e"), r"^a\.b-c_d/e$");
    }
}
