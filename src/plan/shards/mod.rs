//! Shards: the changes of plans, parted for several machines that carry them out at once.
//!
//! What must not be parted is a group: images of one repository that need the same blob, so that no repository gets one
//! twice; what is renamed, with its new name; an image and what follows it; what several targets get of one image. Groups
//! that share blobs go together as long as that keeps the shards even, and then the biggest go first, each to where
//! least is to be done.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use crate::model::{Digest, Platforms, Reference};

use super::change::{Action, Change, Plan};
use super::cost::Inventory;
use super::referrers::is_referrer_name;
use super::target::TargetName;

/// How many shards there may be: as many jobs as GitHub makes of one matrix
/// (<https://docs.github.com/en/actions/reference/limits>).
pub const MOST_SHARDS: usize = 256;

/// What an image costs beside its blobs, as bytes: so that many small ones count too.
pub const OF_AN_IMAGE: u64 = 256 * 1024;
/// One of so many parts of a shard is what shared blobs may bring together: then no shard is much bigger than others.
const CLUSTERS_IN_A_SHARD: u64 = 6;

/// One of the shards of a plan, written `2/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardNumber {
    /// Which one, counted from 1.
    pub number: usize,
    /// How many there are.
    pub count: usize,
}

impl ShardNumber {
    /// Reads `2/4`, or `1+1/4` as whoever counts from 0 can say it; none if it is none of so many.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, count) = text.split_once('/')?;
        let (number, more) = match number.strip_suffix("+1") {
            Some(index) => (index, 1),
            None => (number, 0),
        };
        let read = |text: &str| -> Option<usize> {
            let is_plain = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| text.parse().ok()).flatten()
        };
        let (number, count) = (read(number)? + more, read(count)?);
        let is_one = (1..=count).contains(&number) && count <= MOST_SHARDS;
        is_one.then_some(Self { number, count })
    }
}

impl fmt::Display for ShardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

/// A shard of the saved plan with this digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardOfPlan {
    /// Which one.
    pub shard: ShardNumber,
    /// The SHA-256 of the plan's file.
    pub plan: Digest,
}

/// How plans are to be parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharding {
    /// Into so many shards, be some of them empty.
    Count(usize),
    /// Into as few as possible, so that none copies more bytes, where it can be parted so far.
    MostBytes(u64),
}

/// What is to be done in a shard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShardLoad {
    /// How many tags are created, moved or deleted.
    pub images: usize,
    /// How many bytes of blobs are copied; what cannot be told before is not counted.
    pub bytes: u64,
}

/// The part of a plan that each shard has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parted {
    /// What is to be done in each shard.
    pub loads: Vec<ShardLoad>,
    /// The shard of each change, counted from 0; what is in place has none.
    pub shards: HashMap<TargetName, usize>,
}

/// Parts plans, each with what its target holds already.
pub fn part(plans: &[(&Plan, &Inventory)], sharding: Sharding) -> Vec<Parted> {
    let groups = Groups::of(plans);
    let placed = match sharding {
        Sharding::Count(count) => groups.place(count.clamp(1, MOST_SHARDS)),
        Sharding::MostBytes(most) => groups.place_within(most.max(1)),
    };
    let each = plans.iter().enumerate();
    each.map(|(number, (plan, _))| placed.of_plan(&groups, number, plan))
        .collect()
}

/// A blob that the target of a plan needs.
type Blob<'a> = (usize, &'a Digest);

/// A change that has to be carried out.
struct Item<'a> {
    plan: usize,
    change: &'a Change,
    blobs: Vec<&'a Digest>,
}

/// What stays together.
#[derive(Default)]
struct Group {
    items: Vec<usize>,
    /// The blobs that it needs, as numbers.
    blobs: Vec<usize>,
    weight: u64,
}

struct Groups<'a> {
    items: Vec<Item<'a>>,
    all: Vec<Group>,
    /// The size of each blob, and whose it is.
    blobs: Vec<(Blob<'a>, u64)>,
}

/// Which shard each group is in.
struct Placed {
    count: usize,
    shard_of: Vec<usize>,
    bytes: Vec<u64>,
    /// How many groups are in each.
    groups: Vec<usize>,
}

impl<'a> Groups<'a> {
    fn of(plans: &[(&'a Plan, &Inventory)]) -> Self {
        let mut numbers: HashMap<Blob<'a>, usize> = HashMap::new();
        let mut blobs = vec![];
        let mut items = vec![];
        for (number, (plan, inventory)) in plans.iter().enumerate() {
            for change in &plan.changes {
                if !is_work(&change.action) {
                    continue;
                }
                let repository = plan.target.repository(&change.target);
                let copy = change.action.copy();
                let contents = copy.and_then(|copy| copy.contents.as_deref());
                let each = contents.map_or(&[][..], |contents| &contents.blobs);
                let mut needed = vec![];
                for (digest, size) in each {
                    let held = (repository.clone(), digest.clone());
                    if inventory.blobs.contains(&held) {
                        continue;
                    }
                    numbers.entry((number, digest)).or_insert_with(|| {
                        blobs.push(((number, digest), *size));
                        blobs.len() - 1
                    });
                    needed.push(digest);
                }
                items.push(Item {
                    plan: number,
                    change,
                    blobs: needed,
                });
            }
        }
        let mut sets = Sets::of(items.len());
        keep_together(&items, &mut sets);
        let mut groups: Vec<Group> = vec![];
        let mut group_of = HashMap::new();
        for (position, item) in items.iter().enumerate() {
            let number = *group_of.entry(sets.root(position)).or_insert_with(|| {
                groups.push(Group::default());
                groups.len() - 1
            });
            let group = &mut groups[number];
            group.items.push(position);
            let wanted = item
                .blobs
                .iter()
                .map(|digest| numbers[&(item.plan, *digest)]);
            group.blobs.extend(wanted);
        }
        for group in &mut groups {
            group.blobs.sort_unstable();
            group.blobs.dedup();
            let bytes: u64 = group.blobs.iter().map(|blob| blobs[*blob].1).sum();
            group.weight = bytes + group.items.len() as u64 * OF_AN_IMAGE;
        }
        Self {
            items,
            all: groups,
            blobs,
        }
    }

    /// Brings groups together that share blobs, the biggest blobs first, while none of what comes of it is heavy.
    fn clusters(&self, count: usize) -> Vec<Vec<usize>> {
        let total: u64 = self.all.iter().map(|group| group.weight).sum();
        let most = total / count as u64 / CLUSTERS_IN_A_SHARD;
        let mut users: BTreeMap<(Reverse<u64>, usize), Vec<usize>> = BTreeMap::new();
        for (number, group) in self.all.iter().enumerate() {
            for blob in &group.blobs {
                let key = (Reverse(self.blobs[*blob].1), *blob);
                users.entry(key).or_default().push(number);
            }
        }
        let mut sets = Sets::of(self.all.len());
        let mut weights: Vec<u64> = self.all.iter().map(|group| group.weight).collect();
        for ((Reverse(size), _), users) in users {
            for pair in users.windows(2) {
                let [one, other] = [sets.root(pair[0]), sets.root(pair[1])];
                let together = (weights[one] + weights[other]).saturating_sub(size);
                if one != other && together <= most {
                    let root = sets.unite(one, other);
                    weights[root] = together;
                }
            }
        }
        sets.all()
    }

    /// Places every group in one of so many shards.
    fn place(&self, count: usize) -> Placed {
        let mut clusters = self.clusters(count);
        let weight = |cluster: &[usize]| -> u64 {
            cluster.iter().map(|group| self.all[*group].weight).sum()
        };
        clusters.sort_by_key(|cluster| (Reverse(weight(cluster)), cluster.first().copied()));
        let mut placed = Placed {
            count,
            shard_of: vec![0; self.all.len()],
            bytes: vec![0; count],
            groups: vec![0; count],
        };
        let mut loads = vec![0_u64; count];
        let mut held: Vec<HashSet<usize>> = vec![HashSet::new(); count];
        for cluster in clusters {
            let items: usize = cluster
                .iter()
                .map(|group| self.all[*group].items.len())
                .sum();
            let blobs: HashSet<usize> = cluster
                .iter()
                .flat_map(|group| self.all[*group].blobs.iter().copied())
                .collect();
            let bytes = |shard: usize| -> u64 {
                let new = blobs.iter().filter(|blob| !held[shard].contains(*blob));
                new.map(|blob| self.blobs[*blob].1).sum()
            };
            let after = |shard: usize| loads[shard] + bytes(shard);
            let best = (0..count)
                .min_by_key(|shard| (after(*shard), *shard))
                .unwrap_or_default();
            let more = bytes(best);
            loads[best] += more + items as u64 * OF_AN_IMAGE;
            placed.bytes[best] += more;
            held[best].extend(&blobs);
            placed.groups[best] += cluster.len();
            for group in cluster {
                placed.shard_of[group] = best;
            }
        }
        placed
    }

    /// Places every group in as few shards as keep each within so many bytes.
    fn place_within(&self, most: u64) -> Placed {
        let total: u64 = self.blobs.iter().map(|(_, size)| size).sum();
        let least = usize::try_from(total.div_ceil(most)).unwrap_or(MOST_SHARDS);
        let greatest = self.all.len().clamp(1, MOST_SHARDS);
        let mut count = least.clamp(1, greatest);
        loop {
            let placed = self.place(count);
            let fits = |(bytes, groups): (&u64, &usize)| *bytes <= most || *groups == 1;
            if count == greatest || placed.bytes.iter().zip(&placed.groups).all(fits) {
                return placed;
            }
            // Each step costs as much as the last one, so there are few of them where there are many shards.
            count = (count + (count / 8).max(1)).min(greatest);
        }
    }
}

impl Placed {
    fn of_plan(&self, groups: &Groups<'_>, number: usize, plan: &Plan) -> Parted {
        let mut parted = Parted {
            loads: vec![ShardLoad::default(); self.count],
            shards: HashMap::new(),
        };
        let mut counted = HashSet::new();
        let each = groups.all.iter().zip(&self.shard_of);
        for (group, shard) in each {
            let load = &mut parted.loads[*shard];
            for item in &group.items {
                let Item { plan, change, .. } = &groups.items[*item];
                if *plan == number {
                    load.images += 1;
                    parted.shards.insert(change.target.clone(), *shard);
                }
            }
            for blob in &group.blobs {
                let ((plan, _), size) = groups.blobs[*blob];
                if plan == number && counted.insert((*shard, *blob)) {
                    load.bytes += size;
                }
            }
        }
        // What follows an image is found by whoever asks for that, be it in place.
        let followed = plan.changes.iter().filter_map(|change| {
            let name = &change.target;
            let shard = *parted.shards.get(name)?;
            is_referrer_name(name).then_some((&*name.repository, shard))
        });
        let followed: HashMap<&str, usize> = followed.collect();
        for change in &plan.changes {
            if let Some(shard) = followed.get(&*change.target.repository) {
                parted.shards.entry(change.target.clone()).or_insert(*shard);
            }
        }
        // What cannot be done is told where there is something to do.
        let with_work: Vec<usize> = {
            let used: HashSet<_> = self.shard_of.iter().copied().collect();
            (0..self.count)
                .filter(|shard| used.contains(shard))
                .collect()
        };
        let blocked = plan.changes.iter();
        let blocked = blocked.filter(|change| matches!(change.action, Action::Blocked { .. }));
        for (position, change) in blocked.enumerate() {
            if let Some(shard) = with_work.get(position % with_work.len().max(1)) {
                parted.shards.entry(change.target.clone()).or_insert(*shard);
            }
        }
        parted
    }
}

/// Tells whether there is something to carry out.
fn is_work(action: &Action) -> bool {
    action.copy().is_some() || matches!(action, Action::Delete { .. })
}

fn is_deletion(item: &Item<'_>) -> bool {
    matches!(item.change.action, Action::Delete { .. })
}

/// Returns what an item is of: the same under another name is the same image.
fn image_of<'a>(item: &Item<'a>) -> (&'a Reference, &'a Platforms) {
    (&item.change.source, &item.change.platforms)
}

/// Unites what must not be parted.
fn keep_together(items: &[Item<'_>], sets: &mut Sets) {
    // Whose manifests are deleted, or followed by others, is seen as a whole.
    let is_whole = |item: &Item<'_>| is_deletion(item) || is_referrer_name(&item.change.target);
    let repository = |item: &Item<'_>| (item.plan, item.change.target.repository.clone());
    let whole: HashSet<_> = items
        .iter()
        .filter(|item| is_whole(item))
        .map(repository)
        .collect();
    let mut first_of: HashMap<(usize, String, Option<&Digest>), usize> = HashMap::new();
    let mut first_of_image: HashMap<(&Reference, &Platforms), usize> = HashMap::new();
    let deleted = items.iter().filter(|item| is_deletion(item));
    let deleted: HashSet<_> = deleted.map(|item| image_of(item)).collect();
    let names = items.iter().enumerate();
    let names: HashMap<_, _> = names
        .map(|(position, item)| ((item.plan, &item.change.target), position))
        .collect();
    for (position, item) in items.iter().enumerate() {
        let (plan, name) = repository(item);
        let of_repository = [None]
            .into_iter()
            .filter(|_| whole.contains(&(plan, name.clone())));
        let of_blobs = item.blobs.iter().map(|digest| Some(*digest));
        for digest in of_blobs.chain(of_repository) {
            let first = *first_of
                .entry((plan, name.clone(), digest))
                .or_insert(position);
            sets.unite(first, position);
        }
        let image = image_of(item);
        let first = *first_of_image.entry(image).or_insert(position);
        // What one target has got, the others read from there; and an old name goes only where a new one has come.
        if items[first].plan != plan || deleted.contains(&image) {
            sets.unite(first, position);
        }
        if let Action::Delete {
            renamed_to: Some(new),
            ..
        } = &item.change.action
            && let Some(new) = names.get(&(plan, new))
        {
            sets.unite(*new, position);
        }
    }
}

/// Disjoint sets of numbers.
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn of(count: usize) -> Self {
        Self {
            parents: (0..count).collect(),
        }
    }

    fn root(&mut self, one: usize) -> usize {
        let mut at = one;
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    /// Unites two sets; the root is the smaller of both, so that the outcome does not depend on the order.
    fn unite(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.root(one), self.root(other));
        let (root, below) = (one.min(other), one.max(other));
        self.parents[below] = root;
        root
    }

    /// Returns all sets, each in order.
    fn all(&mut self) -> Vec<Vec<usize>> {
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for one in 0..self.parents.len() {
            sets.entry(self.root(one)).or_default().push(one);
        }
        sets.into_values().collect()
    }
}

#[cfg(test)]
mod tests;
