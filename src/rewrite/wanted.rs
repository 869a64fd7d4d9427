//! An image as it is written, in its parts.

use std::ops::Range;

use crate::consumers::spellings;
use crate::model::{Digest, PlatformPattern, Repository};

/// An image for which a name is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted<'a> {
    /// The repository, written out.
    pub(super) repository: Repository,
    /// The tag, if one is written.
    pub(super) tag: Option<&'a str>,
    /// The digest, if one is written.
    pub(super) digest: Option<Digest>,
    /// Whether something that is not in this file chooses the tag.
    pub(super) is_open: bool,
    /// For which platform it is wanted, where that is said.
    pub(super) platform: Option<&'a PlatformPattern>,
}

/// A name that goes in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) repository: Repository,
    pub(super) tag: Option<String>,
    pub(super) digest: Option<Digest>,
    /// Whether Docker Hub's name is left out, as people do.
    pub(super) is_short: bool,
}

impl Name {
    /// Writes the repository.
    pub(super) fn repository(&self) -> String {
        let short = spellings(&self.repository).into_iter().next();
        let short = short.filter(|_| self.is_short);
        short.unwrap_or_else(|| self.repository.to_string())
    }
}

/// Writes an image of its parts.
pub(super) fn joined(repository: &str, tag: Option<&str>, digest: Option<&str>) -> String {
    let part =
        |sign: &str, part: Option<&str>| part.map_or(String::new(), |part| format!("{sign}{part}"));
    format!("{repository}{}{}", part(":", tag), part("@", digest))
}

/// Where the parts of an image are in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) repository: Range<usize>,
    /// Without the colon.
    pub(super) tag: Option<Range<usize>>,
    /// Without the sign before it.
    pub(super) digest: Option<Range<usize>>,
}

impl Parts {
    /// Takes an image apart.
    pub(super) fn of(text: &str) -> Self {
        let at = text.find('@');
        let name = at.unwrap_or(text.len());
        let last = text[..name].rfind('/').map_or(0, |slash| slash + 1);
        let colon = text[last..name].find(':').map(|colon| last + colon);
        Self {
            repository: 0..colon.unwrap_or(name),
            tag: colon.map(|colon| colon + 1..name),
            digest: at.map(|at| at + 1..text.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_taken_apart_and_put_together() {
        for text in [
            "nginx",
            "nginx:1.27",
            "nginx@sha256:12",
            "r:5000/a/b:1@sha256:12",
            "[::1]:5000/a",
            "r:5000/a",
        ] {
            let Parts {
                repository,
                tag,
                digest,
            } = Parts::of(text);
            let [tag, digest] = [tag, digest].map(|part| part.map(|part| &text[part]));
            assert_eq!(joined(&text[repository], tag, digest), text);
        }
        assert_eq!(Parts::of("r:5000/a").tag, None);
        assert_eq!(Parts::of("r:5000/a:1@b:c").tag, Some(9..10));
    }
}
