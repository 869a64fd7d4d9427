//! Which kind of file it is: its name says so, or else its text.

use std::ffi::OsStr;
use std::path::Path;

use super::dockerfile_line::Parts;

/// A kind of file that says what to mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An image list.
    List(ListForm),
    /// A mirror file in YAML.
    Yaml,
    /// A mirror file in TOML.
    Toml,
}

/// How an image list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// One image a line.
    Lines,
    /// As a Dockerfile, one `FROM` a line.
    Dockerfile,
}

/// What a Dockerfile is called, or ends in.
const DOCKERFILE: &str = "dockerfile";

impl FileKind {
    /// Returns the kind that a file's name tells; none for a name that leaves it open, such as
    /// `images` or `images.list`.
    pub fn named(path: &str) -> Option<Self> {
        let path = Path::new(path);
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let stem = path.file_name()?.to_str()?.split('.').next()?;
        match extension.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::List(ListForm::Lines)),
            "yaml" | "yml" | "json" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ if extension.eq_ignore_ascii_case(DOCKERFILE)
                || stem.eq_ignore_ascii_case(DOCKERFILE) =>
            {
                Some(Self::List(ListForm::Dockerfile))
            }
            _ => None,
        }
    }

    /// Returns the kind of a file, by its text where its name leaves it open.
    pub fn of(path: &str, text: &str) -> Self {
        Self::named(path).unwrap_or_else(|| Self::looks_like(text))
    }

    /// A mirror file has one of its keys at the beginning of a line; a Dockerfile that lists images has `FROM` at
    /// that of each.
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
        let is_comment = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
        let mut lines = text.lines().filter(|line| !is_comment(line)).peekable();
        if text.trim_start().starts_with('{') {
            Self::Yaml
        } else if lines.peek().is_some() && lines.all(|line| Parts::of(line).is_some()) {
            Self::List(ListForm::Dockerfile)
        } else {
            Self::List(ListForm::Lines)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_kind_and_else_the_text_does() {
        use FileKind::{Toml, Yaml};
        const LIST: FileKind = FileKind::List(ListForm::Lines);
        const FROMS: FileKind = FileKind::List(ListForm::Dockerfile);
        for (path, text, kind) in [
            ("images.txt", "version: 1\n", LIST),
            ("lists/images.TXT", "", LIST),
            ("mirror.yml", "nginx\n", Yaml),
            ("mirror.TOML", "", Toml),
            ("images", "nginx:1.27\nversion:1\n", LIST),
            ("images.list", "# web\nnginx:1.27\ntarget/app\n", LIST),
            ("mirror.yaml.bak", "# a\nversion: 1\nimages:\n", Yaml),
            ("mirror.conf", "version = 1\n", Toml),
            ("mirror", "[target]\nregistry = \"x\"\n", Toml),
            ("mirror", "{ \"version\": 1 }", Yaml),
            ("images.DockerFile", "nginx\n", FROMS),
            ("lists/Dockerfile", "", FROMS),
            ("Dockerfile.web", "", FROMS),
            ("dockerfile.txt", "", LIST),
            ("Dockerfiles", "nginx\n", LIST),
            ("<stdin>", "# web\n\nFROM nginx\nfrom redis AS r\n", FROMS),
            ("<stdin>", "FROM nginx\nredis\n", LIST),
            ("images.txt", "FROM nginx\n", LIST),
        ] {
            assert_eq!(FileKind::of(path, text), kind, "{path}: {text}");
        }
    }
}
