//! The name that goes in the place of another, or why none does.

use std::collections::HashMap;

use crate::consumers::{Mapping, MirrorMap};
use crate::model::{Digest, Platforms, Reference, Repository};

use super::asked::{Left, Way};
use super::wanted::{Name, Wanted};

/// What is meant where no tag is written.
const LATEST: &str = "latest";

/// What goes in the place of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This name; perhaps not all is done that was asked for.
    Becomes(Name, Option<Left>),
    /// It has the name that it should have.
    Kept,
    /// Nothing does.
    Left(Left),
}

/// The names of a mirror, looked up from either side.
pub(super) struct Names<'m> {
    map: &'m MirrorMap,
    /// By the repository's name in the mirror, whatever its host.
    there: HashMap<&'m str, Vec<&'m Mapping>>,
}

impl<'m> Names<'m> {
    pub(super) fn of(map: &'m MirrorMap) -> Self {
        let mut there: HashMap<_, Vec<_>> = HashMap::new();
        for image in &map.images {
            let name = image.target.repository().name.as_str();
            there.entry(name).or_default().push(image);
        }
        Self { map, there }
    }

    /// Tells whether a name would be changed.
    pub(super) fn is_changed(&self, image: &Reference, way: Way) -> bool {
        let wanted = Wanted {
            repository: image.repository().clone(),
            tag: image.tag(),
            digest: image.digest().cloned(),
            is_open: false,
            platform: None,
        };
        let way = match way {
            Way::There { .. } => Way::There { pin: false },
            Way::Back => Way::Back,
        };
        matches!(self.judge(&wanted, way), Verdict::Becomes(..))
    }

    /// Returns what goes in the place of an image.
    pub(super) fn judge(&self, wanted: &Wanted<'_>, way: Way) -> Verdict {
        let is_there = self.is_in_mirror(&wanted.repository);
        let judged = match way {
            Way::There { pin: false } | Way::Back if is_there == (way != Way::Back) => {
                return Verdict::Kept;
            }
            Way::There { pin: true } if is_there => self.pinned(wanted),
            Way::There { pin } => self.there(wanted, pin),
            Way::Back => self.back(wanted),
        };
        judged.unwrap_or_else(Verdict::Left)
    }

    /// Tells whether a repository is one of the mirror's, under whichever of its hosts.
    fn is_in_mirror(&self, repository: &Repository) -> bool {
        let hosts = [&self.map.target, &self.map.public].into_iter();
        let mut hosts = hosts.chain(&self.map.vpc);
        hosts.any(|target| {
            let below = target.namespace.as_deref().map(|it| format!("{it}/"));
            let below = below.unwrap_or_default();
            target.registry == repository.registry && repository.name.starts_with(&below)
        })
    }

    fn there(&self, wanted: &Wanted<'_>, pin: bool) -> Result<Verdict, Left> {
        let Wanted {
            repository, tag, ..
        } = wanted;
        if wanted.is_open {
            return self.there_with_any_tag(wanted, pin);
        }
        let all = self.map.of_repository(repository);
        let found: Vec<_> = if let Some(digest) = &wanted.digest {
            let by_digest: Vec<_> = all.filter(|one| one.has_digest(digest)).collect();
            let has_tag = |one: &&&Mapping| tag.is_none() || one.source.tag() == *tag;
            let with_tag: Vec<_> = by_digest.iter().filter(has_tag).copied().collect();
            if with_tag.is_empty() {
                by_digest
            } else {
                with_tag
            }
        } else {
            let tag = tag.unwrap_or(LATEST);
            all.filter(|one| one.source.tag() == Some(tag)).collect()
        };
        if found.is_empty() {
            return Err(self.why_not_there(wanted));
        }
        let named = |one: &Mapping| named(one, wanted, pin);
        named(chosen(&found, wanted, &named)?)
    }

    /// Says why no name is found for an image.
    fn why_not_there(&self, wanted: &Wanted<'_>) -> Left {
        let of = &wanted.repository;
        let tagged = |one: &&Mapping| wanted.tag.is_some() && one.source.tag() == wanted.tag;
        let mut declared = self.map.of_repository(of);
        if wanted.digest.is_some()
            && let Some(one) = declared.find(tagged)
        {
            return match one.source_digest() {
                Some(known) => Left::OtherDigest {
                    known: known.clone(),
                },
                None => Left::NotLocked,
            };
        }
        let is_open = |one: &Mapping| one.source_digest().is_none();
        if wanted.digest.is_some() && self.map.of_repository(of).any(is_open) {
            return Left::NotLocked;
        }
        if self.map.unsettled.iter().any(|family| family.source == *of) {
            return Left::Unsettled;
        }
        Left::NotDeclared { add: None }
    }

    /// Looks an image up of which this file does not say the tag: that may stay, where every tag of it has its own name
    /// in one repository of the mirror.
    fn there_with_any_tag(&self, wanted: &Wanted<'_>, pin: bool) -> Result<Verdict, Left> {
        let mut all = self.map.of_repository(&wanted.repository);
        let Some(first) = all.next() else {
            return Err(self.why_not_there(wanted));
        };
        let keeps = |one: &Mapping| one.source.tag() == one.target.tag();
        let is_same = |one: &Mapping| one.target.repository() == first.target.repository();
        if keeps(first) && all.all(|one| keeps(one) && is_same(one)) {
            return Ok(Verdict::Becomes(
                Name {
                    repository: first.target.repository().clone(),
                    tag: None,
                    digest: None,
                    is_short: false,
                },
                pin.then_some(Left::Unpinned),
            ));
        }
        let all: Vec<_> = self.map.of_repository(&wanted.repository).collect();
        Err(ambiguous(&all))
    }

    /// Gives a name of the mirror's the digest that it has there now.
    fn pinned(&self, wanted: &Wanted<'_>) -> Result<Verdict, Left> {
        let Wanted {
            repository,
            tag,
            digest,
            ..
        } = wanted;
        if wanted.is_open {
            return Ok(Verdict::Kept);
        }
        let there = self.named_there(repository);
        let held = |one: &&Mapping| one.held().map(|held| held.digest.clone());
        let one = match (tag, digest) {
            (None, Some(digest)) => {
                let known = there.iter().filter_map(held).any(|held| held == *digest);
                return if known {
                    Ok(Verdict::Kept)
                } else {
                    Err(Left::Unknown)
                };
            }
            (tag, _) => {
                let tag = tag.unwrap_or(LATEST);
                there.iter().find(|one| one.name.tag == tag)
            }
        };
        let held = held(one.ok_or(Left::Unknown)?).ok_or(Left::NotLocked)?;
        if *digest == Some(held.clone()) {
            return Ok(Verdict::Kept);
        }
        let name = Name {
            repository: repository.clone(),
            tag: tag.map(str::to_owned),
            digest: Some(held),
            is_short: false,
        };
        Ok(Verdict::Becomes(name, None))
    }

    fn named_there(&self, repository: &Repository) -> &[&'m Mapping] {
        self.there.get(&*repository.name).map_or(&[], Vec::as_slice)
    }

    fn back(&self, wanted: &Wanted<'_>) -> Result<Verdict, Left> {
        let there = self.named_there(&wanted.repository);
        let first = there.first().ok_or(Left::Unknown)?;
        if wanted.is_open {
            let is_same = |one: &&Mapping| {
                let keeps_tag = one.source.tag() == one.target.tag();
                keeps_tag && one.source.repository() == first.source.repository()
            };
            if !there.iter().all(is_same) {
                return Err(ambiguous(there));
            }
            return Ok(Verdict::Becomes(upstream(first, None, None), None));
        }
        let tag = wanted.tag.unwrap_or(LATEST);
        let is_tagged = |one: &&&&Mapping| one.name.tag == tag;
        let one = match &wanted.digest {
            Some(digest) => {
                let held = there.iter().filter(|one| one.has_digest(digest));
                let held: Vec<_> = held.collect();
                let same = held.iter().find(|one| is_tagged(one));
                same.or(held.first()).copied().ok_or_else(|| {
                    let known = there.iter().find(|one| is_tagged(&one));
                    let known = known.and_then(|one| one.held());
                    known.map_or(Left::Unknown, |known| Left::OtherDigest {
                        known: known.digest.clone(),
                    })
                })?
            }
            None => there
                .iter()
                .find(|one| is_tagged(&one))
                .ok_or(Left::Unknown)?,
        };
        let digest = match wanted.digest {
            Some(_) => Some(one.source_digest().ok_or(Left::NotLocked)?),
            // An image that is declared by its digest alone has no other name.
            None => one.source.digest().filter(|_| one.source.tag().is_none()),
        };
        let written =
            wanted.tag.is_some() || (digest.is_none() && one.source.tag() != Some(LATEST));
        let tag = one.source.tag().filter(|_| written);
        Ok(Verdict::Becomes(upstream(one, tag, digest), None))
    }
}

fn upstream(one: &Mapping, tag: Option<&str>, digest: Option<&Digest>) -> Name {
    Name {
        repository: one.source.repository().clone(),
        tag: tag.map(str::to_owned),
        digest: digest.cloned(),
        is_short: true,
    }
}

/// Writes the name that one of the mirror's images gets where another is wanted.
fn named(one: &Mapping, wanted: &Wanted<'_>, pin: bool) -> Result<Verdict, Left> {
    let held = one.held().map(|held| held.digest.clone());
    let digest = match (&wanted.digest, pin) {
        (None, false) => None,
        (Some(_), _) => Some(held.ok_or(Left::NotLocked)?),
        (None, true) => held,
    };
    let tag = one.target.tag().map(str::to_owned);
    let is_implied = wanted.digest.is_some() || tag.as_deref() == Some(LATEST);
    let unpinned = (pin && digest.is_none()).then_some(Left::NotLocked);
    let name = Name {
        repository: one.target.repository().clone(),
        tag: tag.filter(|_| wanted.tag.is_some() || !is_implied),
        digest: digest.or(one.target.digest().cloned()),
        is_short: false,
    };
    Ok(Verdict::Becomes(name, unpinned))
}

/// Chooses the one that is for the platform that is wanted, else the one that is for all.
fn chosen<'m>(
    found: &[&'m Mapping],
    wanted: &Wanted<'_>,
    named: &dyn Fn(&Mapping) -> Result<Verdict, Left>,
) -> Result<&'m Mapping, Left> {
    let fits = |one: &&&Mapping| wanted.platform.is_none_or(|platform| one.is_for(platform));
    let fitting: Vec<_> = found.iter().filter(fits).copied().collect();
    match fitting.as_slice() {
        [] => match found {
            [one] => Err(Left::OtherPlatform {
                name: with_platforms(one),
            }),
            _ => Err(ambiguous(found)),
        },
        [one] => Ok(one),
        // Under several tags one digest has one name.
        [one, others @ ..] if others.iter().all(|other| named(other) == named(one)) => Ok(one),
        several => {
            let mut all = several.iter().filter(|one| one.platforms == Platforms::All);
            match (all.next(), all.next()) {
                (Some(one), None) => Ok(one),
                _ => Err(ambiguous(several)),
            }
        }
    }
}

fn ambiguous(found: &[&Mapping]) -> Left {
    Left::Ambiguous {
        names: found.iter().map(|one| with_platforms(one)).collect(),
    }
}

fn with_platforms(one: &Mapping) -> String {
    format!("{} ({})", one.target, one.platforms)
}
