//! What is known of that which a changed tag points to: not who moved it, but what it is, and since when.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use crate::model::{Digest, Reference};
use crate::plan::lock::{Lock, LockedImage, SourceDigest};
use crate::plan::observed::Observation;
use crate::plan::same_content::SameContent;
use crate::plan::target::TargetName;
use crate::selection::Anatomy;

use super::upstream::Upstream;

/// Of how many other images it is told that a digest is theirs.
const MOST_NAMES: usize = 3;

/// What is known of that which a changed tag points to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whence {
    /// What it is the same as; empty where nobody here knows it.
    pub likenesses: Vec<Likeness>,
    /// When what should be there was locked.
    pub locked_since: Option<Moment>,
    /// When what should be there was last noted as seen in the target.
    pub last_seen: Option<Moment>,
}

/// What a found digest is the same as. `same` is none where that is so byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// What should be there, in another wrapping.
    Declared(SameContent),
    /// What the lock has for another image.
    Locked {
        /// Which one.
        name: TargetName,
        /// Whether that is an older release of the source, or a newer one.
        age: Option<Release>,
        /// Whether the files still declare it.
        is_declared: bool,
        /// In which way it is the same.
        same: Option<SameContent>,
    },
    /// What the source's tag points to now.
    Upstream(Option<SameContent>),
    /// What another tag of the source points to now.
    OtherTag {
        /// Which one.
        source: Reference,
        /// Whether that is an older release of the source, or a newer one.
        age: Option<Release>,
    },
    /// All of what the source held when it was locked, of which the target should have a part.
    WholeSource,
    /// What the source was first seen to point to at that time.
    FirstSeen(DateTime<Utc>),
    /// What was locked before.
    Formerly {
        /// For which other image; none where it was this one.
        name: Option<TargetName>,
        /// Until when.
        until: Moment,
    },
}

/// How one release of a source stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// It came before.
    Older,
    /// It came after.
    Newer,
}

/// When the history of a lock file says that something became so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When it was committed.
    pub at: DateTime<Utc>,
    /// The commit, in hexadecimal digits.
    pub commit: String,
}

/// Something that the history of a lock file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// What became so.
    pub event: PastEvent,
    /// For which image.
    pub target: TargetName,
    /// Of which digest.
    pub digest: Digest,
    /// When.
    pub moment: Moment,
}

/// What can become of a digest in a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEvent {
    /// It was locked.
    Locked,
    /// It no longer was.
    Unlocked,
    /// It was noted as seen in the target.
    Seen,
}

impl Release {
    /// Tells how the release of a tag stands to that of an image; none where that cannot be told.
    fn of(tag: &str, own: &Reference) -> Option<Self> {
        let (one, own) = (Anatomy::of(tag)?, Anatomy::of(own.tag()?)?);
        if one.scheme != own.scheme {
            return None;
        }
        match one.compare(&own) {
            Ordering::Less => Some(Self::Older),
            Ordering::Equal => None,
            Ordering::Greater => Some(Self::Newer),
        }
    }

    /// Tells how one image stands to another of the same repository.
    fn between(one: &Reference, own: &Reference) -> Option<Self> {
        let is_same = one.repository() == own.repository();
        Self::of(one.tag().filter(|_| is_same)?, own)
    }
}

impl Whence {
    /// Tells what the lock of an image, its `history`, the newest first, and the sources know of the digest that its tag
    /// was found to point to; nothing is asked for.
    pub fn of(
        target: &TargetName,
        found: &Digest,
        lock: &Lock,
        upstream: &IndexMap<TargetName, Upstream>,
        history: &[Past],
    ) -> Self {
        let Some(own) = lock.images.get(target) else {
            return Self::default();
        };
        let mut likenesses = vec![];
        if own.source_digest == *found {
            likenesses.push(Likeness::WholeSource);
        }
        let now = |of: &Upstream| matches!(&of.current, Observation::Present(now) if now.digest == *found);
        if upstream.get(target).is_some_and(now) && likenesses.is_empty() {
            likenesses.push(Likeness::Upstream(None));
        }
        likenesses.extend(locked_for(target, own, found, lock));
        if likenesses.is_empty() {
            let others = upstream
                .iter()
                .filter(|(name, of)| *name != target && now(of));
            let others = others.filter_map(|(name, _)| lock.images.get(name));
            let others =
                others.filter(|other| other.source.repository() == own.source.repository());
            likenesses.extend(others.take(MOST_NAMES).map(|other| Likeness::OtherTag {
                source: other.source.clone(),
                age: Release::between(&other.source, &own.source),
            }));
        }
        let noted = lock.seen.get(&SourceDigest {
            target: target.clone(),
            digest: found.clone(),
        });
        likenesses.extend(noted.map(|at| Likeness::FirstSeen(*at)));
        let newest = |event: PastEvent, name: Option<&TargetName>, digest: &Digest| {
            history.iter().find(|past| {
                past.event == event
                    && past.digest == *digest
                    && name.is_none_or(|name| past.target == *name)
            })
        };
        let before = newest(PastEvent::Unlocked, Some(target), found);
        let of_another =
            || newest(PastEvent::Unlocked, None, found).filter(|_| likenesses.is_empty());
        if let Some(past) = before.or_else(of_another) {
            likenesses.push(Likeness::Formerly {
                name: (past.target != *target).then(|| past.target.clone()),
                until: past.moment.clone(),
            });
        }
        let expected = &own.expected.digest;
        let moment = |event| {
            let past = newest(event, Some(target), expected)?;
            Some(past.moment.clone())
        };
        Self {
            likenesses,
            locked_since: moment(PastEvent::Locked),
            last_seen: moment(PastEvent::Seen),
        }
    }

    /// Makes a likeness of another image that has the same content.
    pub fn content_of(
        other: &TargetName,
        target: &TargetName,
        lock: &Lock,
        same: SameContent,
    ) -> Option<Likeness> {
        let (own, image) = (lock.images.get(target)?, lock.images.get(other)?);
        Some(Likeness::Locked {
            name: other.clone(),
            age: Release::between(&image.source, &own.source),
            is_declared: true,
            same: Some(same),
        })
    }

    /// Returns so many other images of the same source, the nearest releases first.
    pub fn neighbours<'l>(
        target: &TargetName,
        lock: &'l Lock,
        most: usize,
    ) -> Vec<(&'l TargetName, &'l LockedImage)> {
        let Some(own) = lock.images.get(target) else {
            return vec![];
        };
        let is_near = |(name, other): &(&TargetName, &LockedImage)| {
            *name == target
                || (other.source.repository() == own.source.repository()
                    && other.platforms == own.platforms
                    && other.expected.digest != own.expected.digest)
        };
        let mut all: Vec<_> = lock.images.iter().filter(is_near).collect();
        // What names no version stands at the end, in its order.
        all.sort_by(|(_, one), (_, other)| {
            let anatomy = |of: &LockedImage| of.source.tag().map(str::to_owned);
            let (one, other) = (anatomy(one), anatomy(other));
            let version = |tag: &Option<String>| tag.as_deref().and_then(Anatomy::of).is_none();
            version(&one).cmp(&version(&other)).then_with(|| {
                match (
                    one.as_deref().and_then(Anatomy::of),
                    other.as_deref().and_then(Anatomy::of),
                ) {
                    (Some(one), Some(other)) => one.compare(&other),
                    _ => Ordering::Equal,
                }
            })
        });
        let at = all
            .iter()
            .position(|(name, _)| *name == target)
            .unwrap_or(0);
        let mut near: Vec<_> = all.into_iter().enumerate().collect();
        near.sort_by_key(|(place, _)| place.abs_diff(at));
        let others = near
            .into_iter()
            .map(|(_, one)| one)
            .filter(|(name, _)| *name != target);
        others.take(most).collect()
    }
}

/// Tells for which other images the lock has a digest.
fn locked_for(
    target: &TargetName,
    own: &LockedImage,
    found: &Digest,
    lock: &Lock,
) -> Vec<Likeness> {
    let images = lock.images.iter().map(|(name, image)| (name, image, true));
    let retired = lock
        .retired
        .iter()
        .map(|(name, image)| (name, image, false));
    let has =
        |image: &LockedImage| image.expected.digest == *found || image.source_digest == *found;
    let mut others: Vec<_> = images
        .chain(retired)
        .filter(|(name, image, _)| *name != target && has(image))
        .collect();
    others.sort_by_key(|(_, image, _)| image.source.repository() != own.source.repository());
    let likeness =
        |(name, image, is_declared): (&TargetName, &LockedImage, bool)| Likeness::Locked {
            name: name.clone(),
            age: Release::between(&image.source, &own.source),
            is_declared,
            same: None,
        };
    others.into_iter().take(MOST_NAMES).map(likeness).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixtures::{descriptor, locked};

    fn name(text: &str) -> TargetName {
        text.parse().unwrap()
    }

    fn lock(images: &[(&str, &str)]) -> Lock {
        let image = |(tag, content): &(&str, &str)| {
            let image = LockedImage {
                source: format!("org/app:{tag}").parse().unwrap(),
                ..locked(content)
            };
            (name(&format!("app:{tag}")), image)
        };
        Lock {
            images: images.iter().map(image).collect(),
            ..Lock::default()
        }
    }

    fn past(event: PastEvent, target: &str, content: &str, day: u8) -> Past {
        Past {
            event,
            target: name(target),
            digest: descriptor(content).digest,
            moment: Moment {
                at: format!("2026-11-{day:02}T00:00:00Z").parse().unwrap(),
                commit: format!("{day:040x}"),
            },
        }
    }

    #[test]
    fn what_is_found_is_known_by_its_digest() {
        let mut lock = lock(&[("1.2", "two"), ("1.1", "one"), ("1.3", "three")]);
        lock.retired.insert(
            name("app:0.9"),
            LockedImage {
                source: "org/app:0.9".parse().unwrap(),
                ..locked("nine")
            },
        );
        let upstream = IndexMap::from([(
            name("app:1.3"),
            Upstream {
                locked: descriptor("three").digest,
                expected: descriptor("three"),
                current: Observation::Present(descriptor("anew")),
            },
        )]);
        let history = [
            past(PastEvent::Locked, "app:1.2", "two", 9),
            past(PastEvent::Unlocked, "app:1.2", "before", 9),
            past(PastEvent::Unlocked, "app:1.1", "elsewhere", 8),
            past(PastEvent::Unlocked, "app:1.2", "before", 7),
            past(PastEvent::Seen, "app:1.2", "two", 6),
        ];
        let own = name("app:1.2");
        let of = |content: &str| {
            Whence::of(
                &own,
                &descriptor(content).digest,
                &lock,
                &upstream,
                &history,
            )
        };
        let is_locked = |tag: &str, age, is_declared| Likeness::Locked {
            name: name(&format!("app:{tag}")),
            age: Some(age),
            is_declared,
            same: None,
        };
        let before = |name: Option<TargetName>, day| Likeness::Formerly {
            name,
            until: past(PastEvent::Unlocked, "a:1", "", day).moment,
        };
        for (content, likenesses) in [
            ("one", vec![is_locked("1.1", Release::Older, true)]),
            ("three", vec![is_locked("1.3", Release::Newer, true)]),
            ("nine", vec![is_locked("0.9", Release::Older, false)]),
            ("before", vec![before(None, 9)]),
            ("elsewhere", vec![before(Some(name("app:1.1")), 8)]),
            (
                "anew",
                vec![Likeness::OtherTag {
                    source: "org/app:1.3".parse().unwrap(),
                    age: Some(Release::Newer),
                }],
            ),
            ("nobody's", vec![]),
        ] {
            let whence = of(content);
            assert_eq!(whence.likenesses, likenesses, "{content}");
            let day =
                |moment: &Option<Moment>| moment.as_ref().map(|of| of.at.format("%d").to_string());
            assert_eq!(day(&whence.locked_since).as_deref(), Some("09"));
            assert_eq!(day(&whence.last_seen).as_deref(), Some("06"));
        }
    }

    #[test]
    fn the_nearest_releases_are_looked_at() {
        let lock = lock(&[
            ("latest", "l"),
            ("1.10", "ten"),
            ("1.9", "nine"),
            ("1.2", "two"),
            ("1.11", "eleven"),
            ("2.0", "eleven too"),
        ]);
        let near = Whence::neighbours(&name("app:1.10"), &lock, 3);
        let near: Vec<_> = near.iter().map(|(name, _)| &*name.tag).collect();
        assert_eq!(near, ["1.9", "1.11", "1.2"]);
        assert!(Whence::neighbours(&name("other:1"), &lock, 3).is_empty());
    }
}
