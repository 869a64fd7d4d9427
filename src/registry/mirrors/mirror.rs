//! One mirror of a registry.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{Digest, MirrorPlace};
use crate::registry::options::HostOptions;

use super::standing::Standing;

/// How often in a row a mirror may not have something of a repository until it is taken for one that does not have
/// that repository.
const MISSES: usize = 5;

/// The mirrors of each registry, in the order in which they are asked.
pub(crate) type MirrorMap = HashMap<String, Vec<Arc<Mirror>>>;

/// One mirror of a registry: what it was found not to have, and whether it is asked any more.
#[derive(Debug)]
pub(crate) struct Mirror {
    pub(crate) place: MirrorPlace,
    /// Of the place: one that lied is not asked any more.
    pub(super) honesty: Arc<Standing>,
    /// Of the host: one that is away is not asked any more.
    pub(super) presence: Arc<Standing>,
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    /// What it is not asked for again: it did not give it.
    passed: HashSet<(String, Digest)>,
    /// How often it had nothing of a repository since it last gave something of it.
    misses: HashMap<String, usize>,
}

impl Mirror {
    /// Makes the mirrors of all registries; those of one place, and those of one host, share how they stand.
    pub(crate) fn map(hosts: &HashMap<String, HostOptions>) -> MirrorMap {
        let mut places: HashMap<&MirrorPlace, Arc<Standing>> = HashMap::new();
        let mut at_hosts: HashMap<&str, Arc<Standing>> = HashMap::new();
        let mut map = MirrorMap::new();
        for (host, options) in hosts {
            let mirrors = options.mirrors.iter().map(|place| {
                Arc::new(Self {
                    place: place.clone(),
                    honesty: places.entry(place).or_default().clone(),
                    presence: at_hosts.entry(&place.host).or_default().clone(),
                    found: Mutex::default(),
                })
            });
            let mirrors: Vec<_> = mirrors.collect();
            if !mirrors.is_empty() {
                map.insert(host.clone(), mirrors);
            }
        }
        map
    }

    /// Tells whether it is asked for anything at all.
    pub(crate) fn is_in_use(&self) -> bool {
        self.honesty.is_in() && self.presence.is_in()
    }

    /// Tells whether it is asked for something of a repository.
    pub(super) fn may_have(&self, name: &str, digest: &Digest) -> bool {
        if !self.is_in_use() {
            return false;
        }
        let found = self.found();
        let is_repository_there = found.misses.get(name).is_none_or(|misses| *misses < MISSES);
        is_repository_there && !found.passed.contains(&(name.to_owned(), digest.clone()))
    }

    /// Notes that it gave all of what it was asked for.
    pub(super) fn gave(&self, name: &str) {
        self.presence.gave();
        self.found().misses.remove(name);
    }

    /// Notes that it does not have something.
    pub(super) fn lacks(&self, name: &str, digest: &Digest) {
        self.pass_over(name, digest);
        *self.found().misses.entry(name.to_owned()).or_default() += 1;
    }

    /// Notes that it gives nothing of a repository to us.
    pub(super) fn refuses(&self, name: &str) {
        self.found().misses.insert(name.to_owned(), MISSES);
    }

    /// Does not ask it for something again.
    pub(super) fn pass_over(&self, name: &str, digest: &Digest) {
        let thing = (name.to_owned(), digest.clone());
        self.found().passed.insert(thing);
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirrors_of(hosts: &[(&str, &[&str])]) -> MirrorMap {
        let place = |host: &&str| MirrorPlace {
            host: (*host).to_owned(),
            prefix: None,
        };
        let options = hosts.iter().map(|(host, mirrors)| {
            let options = HostOptions {
                mirrors: mirrors.iter().map(place).collect(),
                ..HostOptions::default()
            };
            ((*host).to_owned(), options)
        });
        Mirror::map(&options.collect())
    }

    #[test]
    fn what_it_has_not_is_not_asked_for_again() {
        let map = mirrors_of(&[("a.example.com", &["m.example.com"])]);
        let mirror = &map["a.example.com"][0];
        let digests: Vec<_> = (0..9u8).map(|n| Digest::sha256(&[n])).collect();
        mirror.lacks("app", &digests[0]);
        assert!(!mirror.may_have("app", &digests[0]));
        assert!(mirror.may_have("other", &digests[0]));
        for digest in &digests[1..4] {
            mirror.lacks("app", digest);
        }
        assert!(mirror.may_have("app", &digests[8]));
        mirror.gave("app");
        mirror.lacks("app", &digests[4]);
        assert!(mirror.may_have("app", &digests[8]));
        for digest in &digests[..5] {
            mirror.lacks("app", digest);
        }
        assert!(
            !mirror.may_have("app", &digests[8]),
            "it has not the repository"
        );
        mirror.refuses("secret");
        assert!(!mirror.may_have("secret", &digests[0]));
        assert!(mirror.may_have("other", &digests[0]));
    }

    #[test]
    fn a_mirror_that_several_registries_have_is_dropped_for_all() {
        let map = mirrors_of(&[
            ("a.example.com", &["m.example.com", "n.example.com"]),
            ("b.example.com", &["m.example.com"]),
            ("c.example.com", &[]),
        ]);
        let [a, b] = ["a.example.com", "b.example.com"].map(|host| &map[host]);
        assert!(a[0].honesty.drop_out());
        assert!(!b[0].honesty.drop_out());
        let in_use = |mirrors: &[Arc<Mirror>]| mirrors.iter().map(|m| m.is_in_use()).collect();
        let in_use: Vec<Vec<bool>> = [a, b].map(|mirrors| in_use(mirrors)).into();
        assert_eq!(in_use, [vec![false, true], vec![false]]);
        assert!(!map.contains_key("c.example.com"));
    }
}
