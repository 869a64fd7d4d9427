//! A part of what is declared: the images that someone names, by where they come from or go, or by a
//! pattern of that.

use crate::model::{Glob, Reference, source_pattern};
use crate::plan::{ANY_TAG, Desired, Entry, Family, TargetName};

use super::spelling::closest;

/// The images that some patterns name.
#[derive(Debug, Clone, Default)]
pub struct Part(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    written: String,
    glob: Glob,
    /// What was written, where that is an image.
    image: Option<Reference>,
}

/// A pattern that names nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesNothing {
    /// What was written.
    pub written: String,
    /// What was probably meant.
    pub meant: Option<String>,
}

impl Part {
    /// Makes a part of what was written.
    pub fn named(written: &[String]) -> Self {
        let pattern = |written: &String| Pattern {
            written: written.clone(),
            glob: Glob::new(written),
            image: written.parse().ok(),
        };
        Self(written.iter().map(pattern).collect())
    }

    /// Tells whether an image is among them.
    pub fn has(&self, target: &TargetName, source: &Reference) -> bool {
        let names = names(target, source);
        self.0.iter().any(|pattern| pattern.is(&names, source))
    }

    /// Says of the first pattern that names none of these images that it does not.
    pub fn names_nothing<'a>(
        &self,
        images: impl Iterator<Item = (&'a TargetName, &'a Reference)>,
    ) -> Option<NamesNothing> {
        let mut idle: Vec<_> = self.0.iter().collect();
        let mut known = vec![];
        for (target, source) in images {
            let names = names(target, source);
            idle.retain(|pattern| !pattern.is(&names, source));
            if idle.is_empty() {
                return None;
            }
            known.extend(names);
        }
        let Pattern { written, .. } = idle.first()?;
        let bare = written.replace(['*', '?'], "");
        Some(NamesNothing {
            written: written.clone(),
            meant: closest(&bare, known.iter().map(String::as_str)).map(str::to_owned),
        })
    }

    /// Tells whether a tag of a family may be among them.
    pub fn may_have(&self, family: &Family) -> bool {
        let Entry { target, source, .. } = &family.any;
        let names = names(target, source);
        self.0.iter().any(|pattern| pattern.may_be(&names))
    }

    /// Takes from `desired` what is not among them, and returns that.
    pub fn keep(&self, desired: &mut Desired) -> (Vec<Entry>, Vec<Family>) {
        desired.take_out(
            |entry| self.has(&entry.target, &entry.source),
            |family| self.may_have(family),
        )
    }
}

impl Pattern {
    fn is(&self, names: &[String], source: &Reference) -> bool {
        self.image.as_ref() == Some(source) || names.iter().any(|name| self.glob.matches(name))
    }

    /// Tells whether it names a tag of a family, which has these names with [`ANY_TAG`] in the tag's place, or may once
    /// its tags are known.
    fn may_be(&self, names: &[String]) -> bool {
        let Self { written, glob, .. } = self;
        let ends = written.char_indices().map(|(at, c)| at + c.len_utf8());
        let begins: Vec<_> = ends.map(|end| Glob::new(&written[..end])).collect();
        names.iter().any(|name| {
            let before = name.split(ANY_TAG).next().unwrap_or_default();
            glob.matches(name) || name != before && begins.iter().any(|begin| begin.matches(before))
        })
    }
}

/// Returns what people call an image: what it is in the target and at its source, with its tag and without,
/// those of Docker Hub as short as they can be written.
fn names(target: &TargetName, source: &Reference) -> Vec<String> {
    let mut names = vec![target.to_string(), target.repository.clone()];
    names.extend(source_pattern::names(source));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image((target, source): (&str, &str)) -> (TargetName, Reference) {
        (target.parse().unwrap(), source.parse().unwrap())
    }

    const IMAGES: [(&str, &str); 4] = [
        ("nginx:1.27", "nginx:1.27"),
        ("xhofe_alist:latest", "xhofe/alist"),
        ("linux_arm64_app:v1", "ghcr.io/org/app:v1"),
        ("web:1", "quay.io/org/web:1"),
    ];

    #[test]
    fn images_are_named_as_people_call_them() {
        for (written, found) in [
            ("nginx:1.27", &[0][..]),
            ("nginx", &[0]),
            ("docker.io/library/nginx:1.27", &[0]),
            ("index.docker.io/library/nginx:1.27", &[0]),
            ("library/nginx", &[0]),
            ("alist", &[]),
            ("*alist", &[1]),
            ("xhofe/alist", &[1]),
            ("xhofe_alist", &[1]),
            ("ghcr.io/*", &[2]),
            ("linux_arm64_*", &[2]),
            ("*/org/*", &[2, 3]),
            ("quay.io/org/web", &[3]),
            ("ngin?:*", &[0]),
            ("*", &[0, 1, 2, 3]),
        ] {
            let part = Part::named(&[written.to_owned()]);
            let images = IMAGES.map(image);
            let chosen = images
                .iter()
                .map(|(target, source)| part.has(target, source));
            let chosen: Vec<_> = chosen.enumerate().filter(|(_, is)| *is).collect();
            let chosen: Vec<_> = chosen.into_iter().map(|(place, _)| place).collect();
            assert_eq!(chosen, found, "{written}");
            let images = images.iter().map(|(target, source)| (target, source));
            let nothing = part.names_nothing(images);
            assert_eq!(nothing.is_some(), found.is_empty(), "{written}");
        }
    }

    #[test]
    fn what_names_nothing_is_told_with_what_was_meant() {
        let images = IMAGES.map(image);
        let nothing = |written: &[&str]| {
            let written: Vec<_> = written.iter().map(|one| (*one).to_owned()).collect();
            let images = images.iter().map(|(target, source)| (target, source));
            Part::named(&written).names_nothing(images)
        };
        let told = |written: &str, meant: Option<&str>| {
            Some(NamesNothing {
                written: written.to_owned(),
                meant: meant.map(str::to_owned),
            })
        };
        assert_eq!(
            nothing(&["ngnix:1.27"]),
            told("ngnix:1.27", Some("nginx:1.27"))
        );
        assert_eq!(nothing(&["nginx", "ngnix*"]), told("ngnix*", Some("nginx")));
        assert_eq!(nothing(&["postgres"]), told("postgres", None));
        assert_eq!(nothing(&["nginx", "web*"]), None);
        assert_eq!(nothing(&[]), None);
    }
}
