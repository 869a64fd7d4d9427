//! What the lists of the target tell, so that it need not be asked for one by one: tags that never move and are locked.

use indexmap::IndexMap;

use crate::model::{Reference, Repository};

use super::desired::Desired;
use super::entry::Entry;
use super::left_behind::LeftBehind;
use super::lock::Lock;
use super::target::Target;

/// From how many tags of a repository on its list costs less than a question for each.
const LEAST_LISTED: usize = 2;

impl Entry {
    /// Tells whether neither the source's tag nor the target's ever moves. A tag in the target that others come to may.
    pub fn never_moves(&self) -> bool {
        let of_source = Reference::tag(&self.source).is_some_and(|tag| self.immutable.has(tag));
        of_source && self.immutable.has(&self.target.tag)
    }
}

impl Desired {
    /// Returns the entries of which a list of tags tells enough, by the repository in the target, where a list costs
    /// less than to ask for each: what the lock settles, never moves, and was seen there with the digest that is locked.
    ///
    /// What the lock knows by another name as well is asked for: that name may be deleted, once this one is right.
    pub fn settled_by_lists(&self) -> IndexMap<Repository, Vec<&Entry>> {
        let Some(lock) = &self.lock else {
            return IndexMap::new();
        };
        let left_behind = LeftBehind::of(self);
        let mut lists = self.never_moving(lock);
        for entries in lists.values_mut() {
            entries
                .retain(|entry| lock.in_target.contains(&entry.target) && !left_behind.has(entry));
        }
        lists.retain(|_, entries| entries.len() >= LEAST_LISTED);
        lists
    }

    /// Returns the entries of which a list would tell enough, had anyone seen what the target holds of them.
    pub fn yet_to_be_seen(&self, lock: &Lock) -> IndexMap<Repository, Vec<&Entry>> {
        let mut lists = self.never_moving(lock);
        lists.retain(|_, entries| entries.len() >= LEAST_LISTED);
        for entries in lists.values_mut() {
            entries.retain(|entry| !lock.in_target.contains(&entry.target));
        }
        lists.retain(|_, entries| !entries.is_empty());
        lists
    }

    /// Returns what `lock` settles and never moves, by the repository in the target.
    fn never_moving(&self, lock: &Lock) -> IndexMap<Repository, Vec<&Entry>> {
        let Target { profile, .. } = &self.target;
        let is_one = |entry: &&Entry| {
            entry.never_moves()
                && self.target.refuses_name(&entry.target).is_none()
                && lock.get(entry, profile).is_ok()
        };
        let mut lists: IndexMap<_, Vec<_>> = IndexMap::new();
        for entry in self.entries.iter().filter(is_one) {
            let repository = self.target.repository(&entry.target);
            lists.entry(repository).or_default().push(entry);
        }
        lists
    }

    /// Has each tag asked for, whatever was seen of it.
    pub fn ask_for_each_tag(&mut self) {
        if let Some(lock) = &mut self.lock {
            lock.in_target.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Profile;
    use crate::plan::fixtures::{descriptor, entry, target};
    use crate::plan::{Immutable, LockedImage, ResolutionRule};

    fn locked(entry: &Entry) -> LockedImage {
        LockedImage {
            source: entry.source.clone(),
            source_digest: descriptor("a").digest,
            platforms: entry.platforms.clone(),
            expected: descriptor("a"),
            rule: ResolutionRule::of_entry(entry, &Profile::generic()).to_string(),
        }
    }

    #[test]
    fn a_list_tells_enough_of_two_tags_that_are_seen_as_locked_and_never_move() {
        let immutable = Immutable::of(&["[0-9]*".to_owned()]);
        let declared = |source: &str, name: &str| Entry {
            immutable: immutable.clone(),
            ..entry(source, name)
        };
        let of = |entries: Vec<Entry>, unlocked: &str| {
            let images = entries.iter().map(|one| (one.target.clone(), locked(one)));
            let mut lock = Lock {
                images: images.collect(),
                ..Lock::default()
            };
            lock.in_target = lock.images.keys().cloned().collect();
            lock.images.retain(|name, _| name.to_string() != unlocked);
            let desired = Desired {
                target: target("generic"),
                entries,
                families: vec![],
                lock: Some(lock),
                now: chrono::DateTime::UNIX_EPOCH,
                policy: crate::plan::policy::Rules::default(),
            };
            let lists = desired.settled_by_lists();
            lists
                .values()
                .map(|entries| entries.iter().map(|one| one.target.to_string()).collect())
                .collect::<Vec<Vec<_>>>()
        };
        let two = || vec![declared("a:1", "a:1"), declared("a:2", "a:2")];
        assert_eq!(of(two(), ""), [["a:1", "a:2"]]);
        assert!(of(two(), "a:2").is_empty(), "one is asked for");
        let with = |entry| two().into_iter().take(1).chain([entry]).collect();
        assert!(of(with(declared("a:2", "b:2")), "").is_empty());
        assert!(of(with(declared("a:latest", "a:2")), "").is_empty());
        assert!(of(with(declared("a:2", "a:latest")), "").is_empty());
        assert!(of(with(entry("a:2", "a:2")), "").is_empty());

        let mut desired = Desired {
            target: target("generic"),
            entries: two(),
            families: vec![],
            lock: None,
            now: chrono::DateTime::UNIX_EPOCH,
            policy: crate::plan::policy::Rules::default(),
        };
        let mut images: Vec<_> = desired
            .entries
            .iter()
            .map(|one| (one.target.clone(), locked(one)))
            .collect();
        images.push(("old:1".parse().unwrap(), locked(&desired.entries[0])));
        desired.lock = Some(Lock {
            in_target: images.iter().map(|(name, _)| name.clone()).collect(),
            images: images.into_iter().collect(),
            ..Lock::default()
        });
        assert!(
            desired.settled_by_lists().is_empty(),
            "a name is left behind"
        );
        desired
            .lock
            .as_mut()
            .unwrap()
            .images
            .remove(&"old:1".parse().unwrap());
        assert_eq!(desired.settled_by_lists().len(), 1);
        let unseen = |desired: &Desired| {
            let lists = desired.yet_to_be_seen(desired.lock.as_ref().unwrap());
            lists.values().map(Vec::len).collect::<Vec<_>>()
        };
        assert!(unseen(&desired).is_empty());
        let lock = desired.lock.as_mut().unwrap();
        lock.in_target.remove(&"a:2".parse().unwrap());
        assert!(desired.settled_by_lists().is_empty(), "one is left");
        assert_eq!(unseen(&desired), [1]);
        desired.ask_for_each_tag();
        assert!(desired.settled_by_lists().is_empty());
        assert_eq!(unseen(&desired), [2]);
    }
}
