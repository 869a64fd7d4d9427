//! Which kind of file it is: its name says so, or else its text.

use std::path::Path;

/// A kind of file that says what to mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An image list.
    List,
    /// A mirror file in YAML.
    Yaml,
    /// A mirror file in TOML.
    Toml,
}

impl FileKind {
    /// Returns the kind that a file's name tells; none for a name that leaves it open, such as
    /// `images` or `images.list`.
    pub fn named(path: &str) -> Option<Self> {
        let extension = Path::new(path).extension()?.to_str()?;
        match extension.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::List),
            "yaml" | "yml" | "json" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// Returns the kind of a file, by its text where its name leaves it open.
    pub fn of(path: &str, text: &str) -> Self {
        Self::named(path).unwrap_or_else(|| Self::looks_like(text))
    }

    /// A mirror file has one of its keys at the beginning of a line.
    fn looks_like(text: &str) -> Self {
        const KEYS: [&str; 6] = [
            "version",
            "target",
            "defaults",
            "include",
            "images",
            "registries",
        ];
        let behind = |line: &str| {
            let key = KEYS
                .iter()
                .find(|key| line.trim_start_matches('[').starts_with(**key))?;
            let (_, rest) = line.split_once(key)?;
            Some((line.starts_with('['), rest.to_owned()))
        };
        for (in_brackets, rest) in text.lines().filter_map(behind) {
            if in_brackets || rest.trim_start().starts_with('=') {
                return Self::Toml;
            }
            if rest == ":" || rest.starts_with(": ") {
                return Self::Yaml;
            }
        }
        if text.trim_start().starts_with('{') {
            Self::Yaml
        } else {
            Self::List
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_kind_and_else_the_text_does() {
        use FileKind::{List, Toml, Yaml};
        for (path, text, kind) in [
            ("images.txt", "version: 1\n", List),
            ("lists/images.TXT", "", List),
            ("mirror.yml", "nginx\n", Yaml),
            ("mirror.TOML", "", Toml),
            ("images", "nginx:1.27\nversion:1\n", List),
            ("images.list", "# web\nnginx:1.27\ntarget/app\n", List),
            ("mirror.yaml.bak", "# a\nversion: 1\nimages:\n", Yaml),
            ("mirror.conf", "version = 1\n", Toml),
            ("mirror", "[target]\nregistry = \"x\"\n", Toml),
            ("mirror", "{ \"version\": 1 }", Yaml),
        ] {
            assert_eq!(FileKind::of(path, text), kind, "{path}: {text}");
        }
    }
}
