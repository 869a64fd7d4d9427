//! What can be said of whole repositories, for those who know no more than where a repository is: its tags and its
//! digests stay what they are.

use std::collections::HashMap;

use crate::model::Repository;
use crate::plan::{ANY_TAG, DeclaredAt, TargetName};

use super::map::{Mapping, MirrorMap, Unsettled};
use super::written::{Unsaid, Why, about};

/// Where a repository upstream is in the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule<'m> {
    /// The repository upstream.
    pub(super) source: &'m Repository,
    /// Its place in the mirror.
    pub(super) place: Repository,
    /// What is known of its digests.
    pub(super) digests: Digests,
    /// Whether its images are known by their digests alone: what tag they have in the mirror is nobody's upstream.
    pub(super) digests_alone: bool,
}

/// Whether the mirror has images under the digests that they have upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digests {
    /// It has one at least.
    Same,
    /// It has none.
    Other,
    /// Of some it is not locked.
    Unknown,
}

/// What can be said of whole repositories, and what not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules<'m> {
    /// A rule for each repository, in the order of the files.
    pub(super) rules: Vec<Rule<'m>>,
    /// What cannot be said, by where it was declared.
    pub(super) unsaid: Vec<Unsaid>,
}

/// An image, or what stands for all that rules will choose of a repository.
#[derive(Clone, Copy)]
enum Item<'m> {
    Image(&'m Mapping),
    Any(&'m Unsettled),
}

impl<'m> Item<'m> {
    fn source(self) -> &'m Repository {
        match self {
            Self::Image(image) => image.source.repository(),
            Self::Any(any) => &any.source,
        }
    }

    fn origin(self) -> &'m DeclaredAt {
        match self {
            Self::Image(image) => &image.origin,
            Self::Any(any) => &any.origin,
        }
    }

    /// Returns its repository below the mirror's namespace.
    fn place(self) -> &'m str {
        match self {
            Self::Image(image) => &image.name.repository,
            Self::Any(any) => &any.name.repository,
        }
    }

    fn unsaid(self, why: Why) -> Unsaid {
        Unsaid {
            about: match self {
                Self::Image(image) => about(&image.source),
                Self::Any(any) => any.source.to_string(),
            },
            origin: self.origin().clone(),
            why,
        }
    }

    /// Tells whether it stands in its place under a tag that is not that of its source: by a rule for the place, whoever
    /// asks for that tag upstream gets this.
    fn is_astray(self) -> bool {
        match self {
            Self::Image(image) => image.source.tag() != Some(image.name.tag.as_str()),
            Self::Any(any) => any.name.tag != ANY_TAG,
        }
    }

    /// Returns whether it is known by its digest alone.
    fn has_no_tag(self) -> bool {
        matches!(self, Self::Image(image) if image.source.tag().is_none())
    }

    /// Says why it would not be found under the tag or the digest that it has upstream, if it would not.
    fn misses(self) -> Option<Why> {
        match self {
            Self::Image(image) => match image.source.tag() {
                Some(tag) if tag == image.name.tag => None,
                Some(_) => Some(Why::OtherTag {
                    tag: image.name.tag.clone(),
                }),
                None => match image.keeps_digest() {
                    Some(true) => None,
                    Some(false) => Some(Why::OtherDigest),
                    None => Some(Why::NotLocked),
                },
            },
            Self::Any(any) => {
                let is_said = any.name.tag == ANY_TAG && !any.name.repository.contains(ANY_TAG);
                (!is_said).then_some(Why::Unsettled)
            }
        }
    }
}

/// Says of each repository upstream where it is in the mirror, where that is one place that no other has.
pub(super) fn rules(map: &MirrorMap) -> Rules<'_> {
    let images = map.images.iter().map(Item::Image);
    let items = images.chain(map.unsettled.iter().map(Item::Any));
    let mut order: Vec<&Repository> = vec![];
    let mut groups: HashMap<&Repository, Vec<Item<'_>>> = HashMap::new();
    let mut tenants: HashMap<&str, Vec<Item<'_>>> = HashMap::new();
    let mut astray: HashMap<&str, Item<'_>> = HashMap::new();
    for item in items {
        let group = groups.entry(item.source()).or_default();
        if group.is_empty() {
            order.push(item.source());
        }
        group.push(item);
        if item.is_astray() {
            astray.entry(item.place()).or_insert(item);
        }
        // One of each repository is enough.
        let tenants = tenants.entry(item.place()).or_default();
        if tenants
            .iter()
            .all(|tenant| tenant.source() != item.source())
        {
            tenants.push(item);
        }
    }
    let mut said = Rules::default();
    for source in order {
        let group = groups.remove(source).unwrap_or_default();
        let (mut found, mut missed) = (vec![], vec![]);
        for item in group {
            match item.misses() {
                None => found.push(item),
                Some(why) => missed.push(item.unsaid(why)),
            }
        }
        said.unsaid.extend(missed);
        let Some(first) = found.first() else { continue };
        let other = found.iter().find(|item| item.place() != first.place());
        let strangers = tenants.get(first.place()).into_iter().flatten();
        let mut strangers = strangers.filter(|tenant| tenant.source() != source);
        let stranger = strangers.next().copied().or_else(|| {
            // Who asks by digest alone meets no tag.
            let by_tag = !found.iter().all(|item| item.has_no_tag());
            let astray = astray.get(first.place()).copied();
            astray.filter(|item| by_tag || !item.has_no_tag())
        });
        let why = match (other, stranger) {
            (Some(other), _) => Some(Why::SeveralPlaces {
                first: first.place().to_owned(),
                other: other.place().to_owned(),
            }),
            (None, Some(stranger)) => Some(Why::Shared {
                place: first.place().to_owned(),
                other: stranger.origin().clone(),
            }),
            (None, None) => None,
        };
        if let Some(why) = why {
            said.unsaid
                .extend(found.iter().map(|item| item.unsaid(why.clone())));
            continue;
        }
        said.rules.push(rule(map, &found, source, first.place()));
    }
    said.unsaid
        .sort_by(|one, other| one.origin.cmp(&other.origin));
    said
}

/// Makes the rule of a repository of which these are found at one place.
fn rule<'m>(map: &MirrorMap, found: &[Item<'m>], source: &'m Repository, place: &str) -> Rule<'m> {
    let images = || {
        found.iter().filter_map(|item| match item {
            Item::Image(image) => Some(*image),
            Item::Any(_) => None,
        })
    };
    let keeps = |image: &Mapping| image.keeps_digest();
    let digests = if images().any(|image| keeps(image) == Some(true)) {
        Digests::Same
    } else if found.len() > images().count() || images().any(|image| keeps(image).is_none()) {
        Digests::Unknown
    } else {
        Digests::Other
    };
    let name = TargetName {
        repository: place.to_owned(),
        tag: String::new(),
    };
    Rule {
        source,
        place: map.target.repository(&name),
        digests,
        digests_alone: images().count() == found.len()
            && images().all(|image| image.source.tag().is_none()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{desired, digest, locked, map};
    use super::*;

    /// Writes what is said, and of what it is not: `source > place`, `line: why`.
    fn said(rules: &Rules<'_>) -> Vec<String> {
        let said = rules.rules.iter();
        let said = said.map(|rule| format!("{} > {}", rule.source, rule.place.name));
        let unsaid = rules.unsaid.iter();
        let unsaid = unsaid.map(|one| format!("{}: {}", one.origin.line, one.why));
        said.chain(unsaid).collect()
    }

    #[test]
    fn a_repository_that_goes_to_one_place_is_one_rule() {
        let desired = desired(&[
            ("nginx:1.27", "nginx:1.27", "all"),
            ("ghcr.io/org/app:1", "app:1", "all"),
            ("nginx:1.26", "nginx:1.26", "all"),
        ]);
        assert_eq!(
            said(&rules(&map(&desired))),
            [
                "docker.io/library/nginx > team/nginx",
                "ghcr.io/org/app > team/app"
            ]
        );
    }

    #[test]
    fn what_a_rule_would_get_wrong_is_left_out_and_told() {
        let desired = desired(&[
            // For two kinds of machines.
            ("nginx", "nginx:latest", "linux/amd64"),
            ("nginx", "linux_arm64_nginx:latest", "linux/arm64"),
            // Another tag.
            ("redis:7", "redis:seven", "all"),
            // Others are there as well.
            ("gcr.io/a/x:1", "x:1", "all"),
            ("gcr.io/b/x:2", "x:2", "all"),
            // Who asks for the tag that another has there would get that.
            ("caddy:2", "caddy:2", "all"),
            ("caddy:2-alpine", "caddy:1", "all"),
            ("alpine:3", "alpine:3", "all"),
            ("alpine:4", "elsewhere:four", "all"),
        ]);
        assert_eq!(
            said(&rules(&map(&desired))),
            [
                "docker.io/library/alpine > team/alpine",
                "1: its repository goes to `nginx` and to `linux_arm64_nginx`, and only one place can be said",
                "2: its repository goes to `nginx` and to `linux_arm64_nginx`, and only one place can be said",
                "3: its tag in the mirror is `seven`, and another tag cannot be said",
                "4: `x` has the image of images.txt:5 as well: a tag of that would be taken for one of its own",
                "5: `x` has the image of images.txt:4 as well: a tag of that would be taken for one of its own",
                "6: `caddy` has the image of images.txt:7 as well: a tag of that would be taken for one of its own",
                "7: its tag in the mirror is `1`, and another tag cannot be said",
                "9: its tag in the mirror is `four`, and another tag cannot be said",
            ]
        );
    }

    #[test]
    fn a_digest_is_found_where_the_lock_says_that_it_is_the_same() {
        let pinned = |name: &str| format!("{name}@{}", digest(name));
        let [a, b, c] = ["a", "b", "c"].map(pinned);
        let desired = desired(&[
            (&a, "a:latest", "all"),
            (&b, "b:latest", "all"),
            (&c, "c:latest", "all"),
            ("d:1", "d:1", "all"),
            ("e:1", "e:1", "all"),
            ("e:2", "e:2", "all"),
            ("f:1", "f:1", "all"),
        ]);
        let desired = locked(desired, "a:latest", "a", "a");
        let desired = locked(desired, "b:latest", "b", "other");
        let desired = locked(desired, "d:1", "d", "other");
        let desired = locked(desired, "e:1", "e", "e");
        let map = map(&desired);
        let rules = rules(&map);
        let why: Vec<_> = rules.unsaid.iter().map(|one| &one.why).collect();
        assert_eq!(why, [&Why::OtherDigest, &Why::NotLocked]);
        let known = rules.rules.iter();
        let known: Vec<_> = known
            .map(|rule| (rule.digests, rule.digests_alone))
            .collect();
        assert_eq!(
            known,
            [
                (Digests::Same, true),
                (Digests::Other, false),
                (Digests::Same, false),
                (Digests::Unknown, false)
            ]
        );
    }
}
