//! Patterns of where images come from.

use super::glob::Glob;
use super::reference::{DOCKER_HUB, Reference};

/// A pattern of sources: an image as people call it, or with `*` for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePattern {
    /// What was written.
    pub written: String,
    glob: Glob,
    /// What was written, where that is an image.
    image: Option<Reference>,
}

impl SourcePattern {
    /// Makes a pattern of what was written.
    pub fn new(written: &str) -> Self {
        Self {
            written: written.to_owned(),
            glob: Glob::new(written),
            image: written.parse().ok(),
        }
    }

    /// Tells whether a source is as the pattern says.
    pub fn matches(&self, source: &Reference) -> bool {
        let is_name = || names(source).iter().any(|name| self.glob.matches(name));
        self.image.as_ref() == Some(source) || is_name()
    }

    /// Tells whether some tag of a source, which has another one, may be as the pattern says.
    pub fn may_match(&self, source: &Reference) -> bool {
        let ends = self.written.char_indices().map(|(at, c)| at + c.len_utf8());
        let begins: Vec<_> = ends.map(|end| Glob::new(&self.written[..end])).collect();
        let bare = Reference::tagged(source.repository().clone(), "");
        names(&bare).iter().any(|name| {
            self.glob.matches(name)
                || name.ends_with(':') && begins.iter().any(|begin| begin.matches(name))
        })
    }
}

/// Returns what people call a source: with its tag and without, those of Docker Hub as short as they can be written.
pub fn names(source: &Reference) -> Vec<String> {
    let repository = source.repository().to_string();
    let mut names = vec![source.to_string()];
    if let (Some(tag), Some(_)) = (source.tag(), source.digest()) {
        names.push(format!("{repository}:{tag}"));
    }
    names.push(repository);
    let long = names.len();
    for place in 0..long {
        let hub = names[place].strip_prefix(DOCKER_HUB);
        let Some(short) = hub.and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let shortest = short.strip_prefix("library/").map(str::to_owned);
        let short = short.to_owned();
        names.push(short);
        names.extend(shortest);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_as_people_call_them() {
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let pinned = format!("ghcr.io/org/app:v1@{digest}");
        for (pattern, source, matches) in [
            ("ghcr.io/org/*", "ghcr.io/org/app:v1", true),
            ("ghcr.io/org/**", "ghcr.io/org/team/app:v1", true),
            ("ghcr.io/org/*", "ghcr.io/org-evil/app:v1", false),
            ("ghcr.io/org/app", "ghcr.io/org/app:v1", true),
            ("ghcr.io/org/app:v1", "ghcr.io/org/app:v1", true),
            ("ghcr.io/org/app:v1", "ghcr.io/org/app:v2", false),
            ("ghcr.io/org/app:v1", &pinned, true),
            ("ghcr.io/org/app", &pinned, true),
            ("org/*", "ghcr.io/org/app", false),
            ("nginx", "nginx:1.27", true),
            ("library/nginx:*", "nginx:1.27", true),
            ("docker.io/*", "nginx:1.27", true),
            ("index.docker.io/library/nginx:1.27", "nginx:1.27", true),
            ("*", "nginx", true),
        ] {
            let source = source.parse().unwrap();
            assert_eq!(
                SourcePattern::new(pattern).matches(&source),
                matches,
                "{pattern} {source}"
            );
        }
    }
}
