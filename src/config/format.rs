//! The formats of a mirror file.

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
}

impl Format {
    /// Writes a text as this format wants it.
    pub(super) fn quote(self, text: &str) -> String {
        const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
        let plain = |c: char| c.is_ascii_alphanumeric() || "_./-@:".contains(c);
        let bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(plain)
            && !text.ends_with(':')
            && !WORDS.contains(&text.to_ascii_lowercase().as_str());
        match self {
            Self::Yaml if bare => text.to_owned(),
            Self::Yaml | Self::Toml => format!("{text:?}"),
        }
    }
}
