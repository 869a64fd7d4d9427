//! Names to write instead of those that cannot be: the registry takes them, and nothing else has them.

use std::collections::{HashMap, HashSet};

use crate::model::{Digest, PlatformPattern, Platforms, Profile, check_tag};

use super::desired::Desired;
use super::entry::Entry;
use super::name_rules::NameRefused;
use super::target::{Target, TargetName};

/// The names that images of a set have or were offered, so that nothing is offered twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameOffers {
    taken: HashSet<TargetName>,
    /// The number to try next for a name that has nothing better to be told by: those before it are taken.
    numbers: HashMap<TargetName, usize>,
}

/// A name that the target refuses, and what could be written instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedName {
    /// Why.
    pub why: NameRefused,
    /// A name that it takes, if one can be made.
    pub instead: Option<TargetName>,
}

impl Desired {
    /// Returns the names that the target refuses.
    pub fn refused_names(&self) -> HashMap<TargetName, RefusedName> {
        let taken = || {
            let names = self.entries.iter().map(|entry| entry.target.clone());
            names.collect()
        };
        let refused = NameOffers::refused(&self.entries, Some(&self.target), taken);
        let refused = refused.into_iter();
        refused
            .map(|(at, refused)| (self.entries[at].target.clone(), refused))
            .collect()
    }
}

impl FromIterator<TargetName> for NameOffers {
    fn from_iter<I: IntoIterator<Item = TargetName>>(names: I) -> Self {
        Self {
            taken: names.into_iter().collect(),
            numbers: HashMap::new(),
        }
    }
}

impl NameOffers {
    /// Returns the names that are refused, by the target or, where that is not known, by all registries; each
    /// with the position of its entry. Few lists have one, so what is `taken` is gathered when there is.
    pub fn refused<'e>(
        entries: impl IntoIterator<Item = &'e Entry>,
        target: Option<&Target>,
        taken: impl Fn() -> Self,
    ) -> Vec<(usize, RefusedName)> {
        let any = Profile::generic();
        let profile = target.map_or(&any, |target| &target.profile);
        let mut offers = None;
        let refused = |(at, entry): (usize, &Entry)| {
            let why = match target {
                Some(target) => target.refuses_name(&entry.target)?,
                None => any.refuses_name(&entry.target)?,
            };
            let offers = offers.get_or_insert_with(&taken);
            let instead = offers.acceptable(entry, profile);
            Some((at, RefusedName { why, instead }))
        };
        entries
            .into_iter()
            .enumerate()
            .filter_map(refused)
            .collect()
    }

    /// Offers a name for `other` that tells it from `first`, which has the same.
    pub fn distinct(&mut self, first: &Entry, other: &Entry, profile: &Profile) -> TargetName {
        let name = &other.target;
        let candidates: Vec<_> = if first.source.repository() == other.source.repository() {
            suffixed(other).collect()
        } else {
            longer(other).to_vec()
        };
        let found = self.first_free(candidates, profile);
        let found = found.or_else(|| self.numbered(name, profile));
        found.unwrap_or_else(|| name.clone())
    }

    /// Offers the name with the first number behind it that tells it from all others.
    fn numbered(&mut self, name: &TargetName, profile: &Profile) -> Option<TargetName> {
        let next = self.numbers.get(name).copied().unwrap_or(2);
        for number in next.. {
            // A name that is too long with this number is so with every one behind it.
            let numbered = accepted(&with_suffix(name, &number.to_string()), profile)?;
            if self.taken.insert(numbered.clone()) {
                self.numbers.insert(name.clone(), number + 1);
                return Some(numbered);
            }
        }
        None
    }

    /// Offers a name for an image whose own the profile refuses, if one can be made.
    pub fn acceptable(&mut self, entry: &Entry, profile: &Profile) -> Option<TargetName> {
        let own = std::iter::once(entry.target.clone());
        self.first_free(own.chain(longer(entry)), profile)
    }

    /// Takes the first name that the registry accepts, in that form, and no one has.
    fn first_free(
        &mut self,
        candidates: impl IntoIterator<Item = TargetName>,
        profile: &Profile,
    ) -> Option<TargetName> {
        let mut accepted = candidates
            .into_iter()
            .filter_map(|name| accepted(&name, profile));
        let found = accepted.find(|name| !self.taken.contains(name))?;
        self.taken.insert(found.clone());
        Some(found)
    }
}

/// Returns a name in the form that the registry accepts, if there is one.
fn accepted(name: &TargetName, profile: &Profile) -> Option<TargetName> {
    let name = profile.nearest_name(name)?;
    check_tag(&name.tag).is_ok().then_some(name)
}

/// Returns names with more of what the source of an image says in the tag: as much of its digest
/// as tells it from others, then its platform.
fn suffixed(entry: &Entry) -> impl Iterator<Item = TargetName> {
    let digest = entry.source.digest();
    let hex = digest.map(Digest::hex).unwrap_or_default();
    let lengths = [12, 24, 64].into_iter();
    let suffixes = lengths
        .filter_map(move |length| hex.get(..length).map(str::to_owned))
        .chain(platform_suffix(&entry.platforms));
    suffixes.map(|suffix| with_suffix(&entry.target, &suffix))
}

fn with_suffix(name: &TargetName, suffix: &str) -> TargetName {
    TargetName {
        repository: name.repository.clone(),
        tag: format!("{}-{suffix}", name.tag),
    }
}

fn platform_suffix(platforms: &Platforms) -> Option<String> {
    match platforms {
        Platforms::All => Some("all".to_owned()),
        Platforms::Only(_) => platforms
            .single()
            .map(|one| one.to_string().replace('/', "-")),
    }
}

/// Returns names with more of the source in them: its path, then its host too.
fn longer(entry: &Entry) -> [TargetName; 2] {
    let repository = entry.source.repository();
    let path = repository.name.replace('/', "_");
    let host = repository.registry.replace([':', '[', ']'], "-");
    let host = host.trim_matches('-');
    let platform = platform_prefix(entry);
    [
        format!("{platform}{path}"),
        format!("{platform}{host}_{path}"),
    ]
    .map(|repository| TargetName {
        repository,
        tag: entry.target.tag.clone(),
    })
}

/// Returns how a name begins that has the image's platform in it, as it was written there:
/// `linux_aarch64_`.
fn platform_prefix(entry: &Entry) -> &str {
    let name = &entry.target.repository;
    let is_platform = |end: &usize| {
        let written = name[..*end].replace('_', "/");
        let wanted = entry.platforms.single();
        wanted.is_some_and(|wanted| written.parse::<PlatformPattern>().as_ref() == Ok(wanted))
    };
    let mut ends = name.match_indices('_').map(|(end, _)| end).rev();
    ends.find(is_platform).map_or("", |end| &name[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixtures::{entry, target};

    #[test]
    fn a_name_that_another_image_has_is_not_offered() {
        let desired = |names: &[(&str, &str)]| Desired {
            target: target("acr-personal"),
            entries: names
                .iter()
                .map(|(source, name)| entry(source, name))
                .collect(),
            families: vec![],
            lock: None,
            now: chrono::DateTime::UNIX_EPOCH,
            policy: crate::plan::policy::Rules::default(),
        };
        let offers = |names: &[(&str, &str)]| {
            let refused = desired(names).refused_names().into_values();
            let offered = refused.map(|one| one.instead.unwrap().to_string());
            offered.collect::<Vec<_>>()
        };
        let app = ("quay.io/org/app:1", "web/app:1");
        assert_eq!(offers(&[app]), ["web_app:1"]);
        let taken = ("nginx:1", "web_app:1");
        assert_eq!(offers(&[app, taken]), ["org_app:1"]);
    }

    /// It would take an hour if each were looked for from the first number on.
    #[test]
    fn images_that_only_a_number_tells_apart_are_each_offered_the_next_one() {
        const MANY: usize = 100_000;
        let generic = Profile::generic();
        let mut offers = NameOffers::default();
        let mut offer = |first: &Entry, other: &Entry| offers.distinct(first, other, &generic);
        let (first, other) = (entry("org/app:0", "x:1"), entry("org/app:1", "x:1"));
        let offered: Vec<_> = (0..MANY).map(|_| offer(&first, &other).tag).collect();
        assert_eq!(offered[..3], ["1-linux-amd64", "1-2", "1-3"]);
        assert_eq!(offered[MANY - 1], format!("1-{MANY}"));
        // No number fits behind a tag of the greatest length.
        let name = format!("x:{}", "1".repeat(128));
        let (first, other) = (entry("org/app:0", &name), entry("org/app:1", &name));
        for _ in 0..MANY {
            assert_eq!(offer(&first, &other), other.target);
        }
    }

    #[test]
    fn a_platform_in_a_name_is_kept_as_it_was_written() {
        let mut entry = entry("nginx:1", "linux_aarch64_nginx:1");
        entry.platforms = Platforms::only(vec!["linux/arm64".parse().unwrap()]);
        assert_eq!(longer(&entry)[0].repository, "linux_aarch64_library_nginx");
        entry.target.repository = "linux_nginx".to_owned();
        assert_eq!(longer(&entry)[0].repository, "library_nginx");
    }
}
