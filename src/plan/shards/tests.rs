use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::{ShardLoad, Sharding, part};
use crate::model::Digest;
use crate::plan::fixtures::{self, copy, descriptor, entry};
use crate::plan::{Action, BlockReason, Change, Contents, Inventory, Plan, TargetName};

const MIB: u64 = 1024 * 1024;

fn blob(name: &str) -> Digest {
    Digest::sha256(name.as_bytes())
}

/// A change that copies an image with these blobs.
fn creates(target: &str, blobs: &[(&str, u64)]) -> Change {
    let mut after = copy(target);
    let blobs = blobs.iter().map(|(name, size)| (blob(name), *size));
    after.contents = Some(Arc::new(Contents {
        blobs: blobs.collect(),
        ..Contents::default()
    }));
    let source = format!("ghcr.io/org/{target}");
    Change::of(&entry(&source, target), Action::Create { after })
}

fn deletes(target: &str, renamed_to: Option<&str>) -> Change {
    let action = Action::Delete {
        before: descriptor(target),
        renamed_to: renamed_to.map(|name| name.parse().unwrap()),
    };
    Change::of(&entry("ghcr.io/org/old:1", target), action)
}

fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        target: fixtures::target("generic"),
        changes,
    }
}

fn shards(plan: &Plan, sharding: Sharding) -> (Vec<ShardLoad>, HashMap<TargetName, usize>) {
    let nothing = Inventory::default();
    let parted = part(&[(plan, &nothing)], sharding).remove(0);
    (parted.loads, parted.shards)
}

fn same(shards: &HashMap<TargetName, usize>, names: &[&str]) -> bool {
    let each = names
        .iter()
        .map(|name| shards[&name.parse::<TargetName>().unwrap()]);
    each.collect::<HashSet<_>>().len() == 1
}

#[test]
fn what_needs_one_blob_in_one_repository_is_not_parted() {
    let plan = plan(vec![
        creates("app:1", &[("base", 10 * MIB), ("a", MIB)]),
        creates("app:2", &[("base", 10 * MIB), ("b", 30 * MIB)]),
        creates("app:3", &[("other", 10 * MIB)]),
        creates("web:1", &[("web", 10 * MIB)]),
        creates("new:1", &[("new", MIB)]),
        deletes("old:1", Some("new:1")),
        deletes("old:2", None),
    ]);
    for count in [1, 2, 3, 4, 9] {
        let (loads, shards) = shards(&plan, Sharding::Count(count));
        assert_eq!(loads.len(), count);
        assert_eq!(shards.len(), 7);
        assert!(same(&shards, &["app:1", "app:2"]), "{count}");
        assert!(same(&shards, &["new:1", "old:1", "old:2"]), "{count}");
    }
    let (loads, shards) = shards(&plan, Sharding::Count(4));
    assert!(!same(&shards, &["app:1", "app:3"]));
    let all: u64 = loads.iter().map(|load| load.bytes).sum();
    assert_eq!(all, 62 * MIB, "nothing is copied twice");
    assert_eq!(loads.iter().map(|load| load.images).sum::<usize>(), 7);
}

#[test]
fn what_the_target_has_weighs_nothing() {
    let plan = plan(vec![
        creates("app:1", &[("base", 100 * MIB), ("a", MIB)]),
        creates("app:2", &[("base", 100 * MIB), ("b", MIB)]),
    ]);
    let mut held = Inventory::default();
    let app = plan.target.repository(&plan.changes[0].target);
    held.blobs.insert((app, blob("base")));
    let parted = part(&[(&plan, &held)], Sharding::Count(2)).remove(0);
    let bytes: Vec<_> = parted.loads.iter().map(|load| load.bytes).collect();
    assert_eq!(bytes, [MIB, MIB]);
}

#[test]
fn small_images_with_a_layer_in_common_go_together() {
    let mut changes = vec![];
    for number in 0..160 {
        let (family, own) = (format!("family{}", number % 40), format!("own{number}"));
        let blobs = [(&*family, 40 * MIB), (&*own, MIB)];
        changes.push(creates(&format!("{own}:1"), &blobs));
    }
    let (loads, _) = shards(&plan(changes), Sharding::Count(4));
    let bytes: Vec<_> = loads.iter().map(|load| load.bytes).collect();
    assert_eq!(bytes, [10 * 44 * MIB; 4], "each layer is copied once");
}

#[test]
fn a_bound_of_bytes_tells_how_many() {
    let changes = (0..20).map(|number| {
        let name = format!("app{number}");
        creates(&format!("{name}:1"), &[(&name, 10 * MIB)])
    });
    let plan = plan(changes.collect());
    for (most, count) in [(1000, 1), (100, 2), (50, 4), (10, 20), (1, 20)] {
        let (loads, _) = shards(&plan, Sharding::MostBytes(most * MIB));
        assert_eq!(loads.len(), count, "{most} MiB");
    }
    let (loads, shards) = self::shards(&self::plan(vec![]), Sharding::MostBytes(1));
    assert_eq!((loads, shards.len()), (vec![ShardLoad::default()], 0));
}

#[test]
fn what_cannot_be_parted_does_not_part_the_rest() {
    let mut changes: Vec<_> = (0..300)
        .map(|number| {
            let name = format!("app{number}");
            creates(&format!("{name}:1"), &[(&name, 10 * MIB)])
        })
        .collect();
    changes.push(creates("huge:1", &[("huge", 2000 * MIB)]));
    let (loads, _) = shards(&plan(changes), Sharding::MostBytes(1000 * MIB));
    assert!(loads.len() < 8, "{}", loads.len());
    let over = loads.iter().filter(|load| load.bytes > 1000 * MIB);
    assert_eq!(over.map(|load| load.images).collect::<Vec<_>>(), [1]);
}

#[test]
fn an_old_name_goes_where_the_new_one_comes() {
    let mut new = creates("web/app:1", &[("new", 10 * MIB)]);
    let old = deletes("app:1", None);
    new.source = old.source.clone();
    new.platforms = old.platforms.clone();
    let plan = plan(vec![new, creates("x:1", &[("x", 10 * MIB)]), old]);
    for count in 2..6 {
        let (_, shards) = shards(&plan, Sharding::Count(count));
        assert!(same(&shards, &["web/app:1", "app:1"]), "{count}");
    }
}

#[test]
fn what_is_blocked_is_told_where_something_is_done() {
    let blocked = Change::of(
        &entry("ghcr.io/org/bad:1", "bad:1"),
        Action::blocked(BlockReason::NotObserved),
    );
    let good = creates("app:1", &[("a", MIB)]);
    let (loads, found) = shards(&plan(vec![blocked.clone(), good]), Sharding::Count(3));
    assert!(same(&found, &["bad:1", "app:1"]));
    assert_eq!(loads.iter().filter(|load| load.images > 0).count(), 1);
    let (_, found) = shards(&plan(vec![blocked]), Sharding::Count(3));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn an_image_in_place_is_where_its_new_signature_is() {
    let action = Action::in_place(descriptor("app"));
    let there = Change::of(&entry("ghcr.io/org/app:1", "app:1"), action.clone());
    let signature = format!("app:sha256-{}.sig", descriptor("app").digest.hex());
    let alone = Change::of(&entry("ghcr.io/org/web:1", "web:1"), action);
    let plan = plan(vec![
        there,
        creates(&signature, &[("s", 1)]),
        alone,
        creates("x:1", &[("x", 1)]),
    ]);
    let (loads, shards) = shards(&plan, Sharding::Count(2));
    assert!(same(&shards, &["app:1", &signature]));
    assert_eq!(shards.len(), 3, "{shards:?}");
    assert_eq!(loads.iter().map(|load| load.images).sum::<usize>(), 2);
}

#[test]
fn what_several_targets_get_of_an_image_is_in_one_shard() {
    let one = plan(vec![
        creates("app:1", &[("a", MIB)]),
        creates("web:1", &[("w", MIB)]),
    ]);
    let mut other = plan(vec![
        creates("web:1", &[("w", MIB)]),
        creates("app:1", &[("a", MIB)]),
    ]);
    other.target.namespace = Some("other".to_owned());
    let nothing = Inventory::default();
    let parted = part(&[(&one, &nothing), (&other, &nothing)], Sharding::Count(2));
    assert_eq!(parted[0].shards, parted[1].shards);
    assert!(!same(&parted[0].shards, &["app:1", "web:1"]));
}

/// Images by repository, each with the blobs that it has of a few shared ones, and bytes of its own.
fn mirrors() -> impl Strategy<Value = Vec<(u8, Vec<u8>, u64)>> {
    let skewed = prop_oneof![4 => 1..20_u64, 1 => 100..800_u64];
    let image = (0..30_u8, prop::collection::vec(0..12_u8, 0..3), skewed);
    prop::collection::vec(image, 1..120)
}

proptest! {
    #[test]
    fn whatever_the_images_each_is_in_one_shard_and_no_repository_gets_a_blob_twice(
        images in mirrors(),
        count in 1..9_usize,
    ) {
        let names: Vec<_> = (0..12).map(|number| format!("shared{number}")).collect();
        let own: Vec<_> = (0..images.len()).map(|number| format!("own{number}")).collect();
        let changes = images.iter().zip(&own).map(|((repository, shared, size), own)| {
            let shared = shared.iter().map(|one| (&*names[usize::from(*one)], u64::from(*one + 1) * 5 * MIB));
            let blobs: BTreeMap<&str, u64> = shared.chain([(&**own, size * MIB)]).collect();
            let blobs: Vec<_> = blobs.into_iter().collect();
            creates(&format!("r{repository}:{own}"), &blobs)
        });
        let plan = plan(changes.collect());
        let (loads, shards) = shards(&plan, Sharding::Count(count));
        prop_assert_eq!(loads.len(), count);
        let mut at = HashMap::new();
        let mut groups: HashMap<&str, u64> = HashMap::new();
        for change in &plan.changes {
            let shard = shards[&change.target];
            prop_assert!(shard < count);
            let contents = change.action.copy().unwrap().contents.clone().unwrap();
            for (digest, size) in &contents.blobs {
                let key = (change.target.repository.clone(), digest.clone());
                if at.insert(key, shard).is_none_or(|before| { assert_eq!(before, shard); false }) {
                    *groups.entry(&change.target.repository).or_default() += size;
                }
            }
        }
        let bytes: Vec<u64> = loads.iter().map(|load| load.bytes).collect();
        let mean = bytes.iter().sum::<u64>() / count as u64;
        let biggest = groups.values().max().copied().unwrap_or_default();
        let most = bytes.iter().max().copied().unwrap_or_default();
        // What is not parted may be bigger than its share; nothing else makes a shard so.
        let slack = mean / 5 + plan.changes.len() as u64 * MIB / 2;
        prop_assert!(most <= mean.max(biggest) + slack, "{bytes:?}, biggest {biggest}");
    }
}
